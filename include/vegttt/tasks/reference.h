// Running a task's reference. Needs LibTorch.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::tasks {

// A compiled reference. Only texts from task files may be compiled: TorchScript can write files.
class Reference {
 public:
  // Throws UserError (where = task file) with TorchScript's own message, for instance on an unknown
  // operator.
  Reference(const Task& task, const std::string& reference_name = "");
  ~Reference();
  Reference(Reference&&) noexcept;

  // Inputs in task order, any dtype and size. No gradient. Throws UserError when the operator
  // refuses them.
  at::Tensor operator()(const std::vector<at::Tensor>& inputs) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// How input values are drawn.
enum class InputKind {
  kStrict,  // signed, scaled per trial, heavy tails and planted outliers, parameters away from
            // their defaults
  kPublic,  // the public benchmark's distribution
};

// Inputs of one set, contiguous CPU tensors in task order, a function of (task, size, seed, set)
// alone.
std::vector<at::Tensor> make_inputs(const Task& task,
                                    const std::string& size,
                                    std::uint64_t seed,
                                    int set,
                                    InputKind kind = InputKind::kStrict);

// The reference in float64 on float64 copies of the inputs (integer and bool inputs as they are).
at::Tensor truth_of(const Reference& reference, const std::vector<at::Tensor>& inputs);

}  // namespace vegttt::tasks
