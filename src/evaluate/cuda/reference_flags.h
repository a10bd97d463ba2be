// In which precision a reference runs: LibTorch's switches, set for a while.
#pragma once

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

struct ReferenceFlags {
  bool tf32_products = false;      // matrix products on tensor cores
  bool tf32_convolutions = false;  // convolutions likewise
  bool bf16 = false;               // products and convolutions as autocast runs them
};
// strict: what the contract allows. The public protocols time what a PyTorch user gets who sets
// nothing: TF32 for convolutions, not for products.
ReferenceFlags flags_of(const Protocol& protocol, tasks::Contract contract);
// What the contract allows, whatever the protocol.
ReferenceFlags flags_of(tasks::Contract contract);

// While it lives; afterwards float32 means float32. No autotuning between calls either.
class ReferencePrecision {
 public:
  explicit ReferencePrecision(const ReferenceFlags& flags);
  ~ReferencePrecision();
  ReferencePrecision(const ReferencePrecision&) = delete;
};

// The reference under those flags; its output is float32 again.
at::Tensor run_reference(const tasks::Task& task,
                         const tasks::Reference& reference,
                         const std::vector<at::Tensor>& inputs,
                         const ReferenceFlags& flags);

}  // namespace vegttt::evaluate
