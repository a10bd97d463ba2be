// What a task's output must be, computed and compared on the GPU by the rules of verdict.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "../expected.h"
#include "device_buffer.h"
#include "judge_kernels.h"
#include "memory_plan.h"

namespace vegttt::evaluate {

// Of one input set, or of a whole pool.
struct DeviceExpected {
  tasks::DType dtype = tasks::DType::kFloat32;
  std::vector<std::int64_t> sizes;
  at::Tensor truth;         // float32 or the integer dtype, flat, on the device
  at::Tensor displacement;  // P of verdict.h, bfloat16; not defined where none is known
  CheckRules rules;
  double largest_rms = 0;
  std::string shapes;
};

// Float64 in pieces of `slices_per_chunk` slices along the task's chunk axis, 0: all at once.
// Slices take turns in `cases` recipes. The inputs lie on the device. Throws UserError when the
// reference refuses them.
DeviceExpected expect_on_device(JudgeMath& math,
                                const tasks::Task& task,
                                const tasks::Reference& reference,
                                const std::vector<at::Tensor>& inputs,
                                const Tolerance& tolerance,
                                std::int64_t slices_per_chunk,
                                int cases);

// `slices` of a pool's slices from `first` on, over the same memory.
DeviceExpected window_of(const DeviceExpected& pool, std::int64_t first, std::int64_t slices);

// The reference is never refused: the rules are widened where its output errs by more than half.
// Returns the factor.
double make_room_for_the_reference(JudgeMath& math,
                                   const at::Tensor& output,
                                   DeviceExpected& expected);

struct DeviceVerdict {
  records::InputCheck check;
  bool wrote_outside = false;
};
// Of what a launch left in `output`, whose pages were all `poison` before.
DeviceVerdict check_on_device(JudgeKernels& kernels,
                              const DeviceExpected& expected,
                              const DeviceBuffer& output,
                              int input_set,
                              std::uint32_t poison);

}  // namespace vegttt::evaluate
