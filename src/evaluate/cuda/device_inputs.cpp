#include "device_inputs.h"

#include <ATen/ATen.h>

#include "../scalar_type.h"

namespace vegttt::evaluate {
namespace {

at::Tensor tensor_over(const DeviceBuffer& buffer, const tasks::TensorShape& shape, int device) {
  const at::Device where(at::kCUDA, static_cast<c10::DeviceIndex>(device));
  return at::for_blob(buffer.data(), shape.sizes)
      .options(at::TensorOptions().dtype(scalar_type(shape.dtype)).device(where))
      .target_device(where)
      .make_tensor();
}

}  // namespace

DeviceInputs::DeviceInputs(const tasks::Task& task,
                           const std::string& size,
                           const MemoryPlan& plan,
                           std::uint64_t secret_seed,
                           tasks::InputKind kind,
                           JudgeKernels& kernels)
    : task_(task),
      size_(size),
      plan_(plan),
      secret_seed_(secret_seed),
      kind_(kind),
      kernels_(kernels),
      values_(kernels.math(), kernels.device()) {
  const int kept = plan_.layout == Layout::kSets ? kInputSets : 1;
  for (int set = 0; set < kept; ++set) {
    mapped_.push_back(allocate());
    if (plan_.layout == Layout::kSets) draw(set, mapped_.back().tensors);
  }
  if (plan_.layout == Layout::kPool) draw_pool();
  stage(0);
}

DeviceInputSet DeviceInputs::allocate() const {
  DeviceInputSet set;
  for (const tasks::TensorShape& shape : task_.input_shapes(size_)) {
    set.buffers.emplace_back(static_cast<std::uint64_t>(shape.bytes()), kernels_.device());
    set.tensors.push_back(tensor_over(set.buffers.back(), shape, kernels_.device()));
  }
  return set;
}

void DeviceInputs::draw(int set, const std::vector<at::Tensor>& into) {
  values_.place(into);
  std::vector<at::Tensor> drawn =
      tasks::make_inputs(task_, size_, secret_seed_, set, kind_, values_);
  values_.place({});
  for (std::size_t i = 0; i < into.size(); ++i)
    if (drawn[i].const_data_ptr() != into[i].const_data_ptr()) {
      at::Tensor to = into[i];
      to.copy_(drawn[i]);
    }
  kernels_.synchronize();
}

// Inputs without slices stay where candidates find them.
void DeviceInputs::draw_pool() {
  pool_ =
      tasks::make_pool(task_, size_, secret_seed_, kind_, {kInputSets - 1, plan_.pooled}, values_);
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    if (plan_.pooled[i]) continue;
    mapped_[0].tensors[i].copy_(pool_[i]);
    pool_[i].reset();
  }
}

std::vector<at::Tensor> DeviceInputs::pool() const {
  std::vector<at::Tensor> inputs = pool_;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].defined()) inputs[i] = mapped_[0].tensors[i];
  return inputs;
}

int DeviceInputs::stage(int set) {
  if (plan_.layout == Layout::kSets) return set;
  if (staged_ == set) return 0;
  staged_ = set;
  if (plan_.layout == Layout::kRedraw) {
    draw(set, mapped_[0].tensors);
    return 0;
  }
  for (std::size_t i = 0; i < pool_.size(); ++i)
    if (plan_.pooled[i])
      mapped_[0].tensors[i].copy_(pool_[i].narrow(0, set, mapped_[0].tensors[i].size(0)));
  kernels_.synchronize();
  return 0;
}

}  // namespace vegttt::evaluate
