#include "reference_flags.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>

namespace vegttt::evaluate {
namespace {

// What autocast runs in the lower precision; the rest stays float32.
bool is_product(const tasks::Task& task) {
  return task.family == "matmul" || task.family == "attention" || task.family.rfind("conv", 0) == 0;
}

void set(const ReferenceFlags& flags) {
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(flags.tf32_products);
  context.setAllowTF32CuDNN(flags.tf32_convolutions);
  context.setBenchmarkCuDNN(false);
}

}  // namespace

ReferenceFlags flags_of(tasks::Contract contract) {
  const bool tf32 = contract == tasks::Contract::kTf32;
  return {tf32, tf32, contract == tasks::Contract::kBf16};
}

ReferenceFlags flags_of(const Protocol& protocol, tasks::Contract contract) {
  ReferenceFlags flags = flags_of(contract);
  if (protocol.absolute_tolerance) flags.tf32_convolutions = true;
  return flags;
}

ReferencePrecision::ReferencePrecision(const ReferenceFlags& flags) { set(flags); }
ReferencePrecision::~ReferencePrecision() { set({}); }

at::Tensor run_reference(const tasks::Task& task,
                         const tasks::Reference& reference,
                         const std::vector<at::Tensor>& inputs,
                         const ReferenceFlags& flags) {
  const ReferencePrecision precision(flags);
  if (!flags.bf16 || !is_product(task)) return reference(inputs);
  std::vector<at::Tensor> cast;
  for (const at::Tensor& input : inputs)
    cast.push_back(input.is_floating_point() ? input.to(at::kBFloat16) : input);
  return reference(cast).to(at::kFloat);
}

}  // namespace vegttt::evaluate
