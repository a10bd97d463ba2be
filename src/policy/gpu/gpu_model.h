// A model as decoding on a GPU needs it: matrices fused, kernels compiled for its shape. What steps
// of decoding and the reading of prompts share.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/cuda/CUDAContext.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gpu/experts.h"
#include "gpu/fused_weights.h"
#include "gpu/program.h"

namespace vegttt::policy::gpu {

// Arguments of kernels, as kernels/policy declares them.
struct Sequence {
  const void *prompt_keys = nullptr, *prompt_values = nullptr;
  std::uint64_t key = 0;
  int prompt = 0, padded = 0;
  int place = 0;
  int token = 0;
};
struct Rope {
  const void* frequencies;
  float magnitude;
};

inline const void* data(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr() : nullptr;
}
inline void* mutable_data(const at::Tensor& tensor) { return tensor.mutable_data_ptr(); }

class GpuModel {
 public:
  // True for what a GPU has shown right (gpu_sampler_test): bf16, head_dim 64 or 128, with or
  // without head norms, biases of attention, windows, sinks and stretched angles; dense, or a
  // mixture of experts in MXFP4 without an adapter on them.
  static bool fits(const Transformer& model);

  // Fuses the model's weights (fused_weights.h) and packs its experts.
  explicit GpuModel(Transformer& model);

  Transformer& model() const { return model_; }
  const ModelConfig& config() const { return model_.config; }
  const FusedLayer& fused(int layer) const {
    return weights_.layers()[static_cast<std::size_t>(layer)];
  }
  const Layer& layer(int layer) const {
    return model_.weights.layers[static_cast<std::size_t>(layer)];
  }
  // Uses the adapter as it is now. True when a scale within captured launches is another.
  bool refresh();
  // False when the adapter has outgrown what was made room for.
  bool has_room() const;

  Rope rope() const;
  const void* scales_of(int layer) const;
  // What runs a mixture on at most `rows` rows at once, compiled when first asked for.
  Experts& experts(int rows);
  const PackedLayer& packed(int layer) const { return packed_[static_cast<std::size_t>(layer)]; }

  // A launch on the current stream; arguments have exactly the types of the kernel's parameters.
  template <class... Arguments>
  void kernel(const char* name, dim3 grid, dim3 block, unsigned shared, Arguments... arguments) {
    program_->launch(name, grid, block, shared, at::cuda::getCurrentCUDAStream(), arguments...);
    mark(name);
  }
  // y = x matrix^T.
  void product(const char* name, const at::Tensor& x, const at::Tensor& matrix, at::Tensor y);
  void mark(const char* name);
  // While a sink for marks is set, every launch is followed by an event.
  using Marks = std::vector<std::pair<std::string, cudaEvent_t>>;
  void set_marks(Marks* marks) { marks_ = marks; }

 private:
  Transformer& model_;
  FusedWeights weights_;
  std::vector<PackedLayer> packed_;
  std::unique_ptr<Program> program_;
  std::map<int, std::unique_ptr<Experts>> experts_;  // by rows
  at::Tensor frequencies_, scales_;                  // [D / 2]; [layers, 3]
  Marks* marks_ = nullptr;
};

}  // namespace vegttt::policy::gpu
