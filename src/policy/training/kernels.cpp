#include "training/kernels.h"

#include <c10/cuda/CUDAStream.h>

#include <map>
#include <memory>
#include <mutex>

#include "vegttt_embedded/vegttt_policy_kernels.h"

namespace vegttt::policy::training {

bool takes_kernels(const at::Tensor& x) {
  return x.is_cuda() && x.scalar_type() == at::kBFloat16 && x.is_contiguous() &&
         x.size(-1) % 8 == 0;
}

gpu::Program& kernels(at::Device device, int head_dim) {
  // Never taken down: the driver may end before statics do.
  static auto* programs = new std::map<std::pair<int, int>, std::unique_ptr<gpu::Program>>;
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& program = (*programs)[{device.index(), head_dim}];
  if (!program)
    program = std::make_unique<gpu::Program>(
        std::string(carried_kernels::find_embedded("kernels/policy/prelude.cu").value()) +
            std::string(carried_kernels::find_embedded("kernels/policy/train.cu").value()),
        std::vector<std::string>{"HEAD_DIM=" + std::to_string(head_dim)});
  return *program;
}

cudaStream_t stream() { return c10::cuda::getCurrentCUDAStream(); }

}  // namespace vegttt::policy::training
