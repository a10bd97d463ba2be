// Times one call of a reference on the GPU as candidates are timed.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "judge_kernels.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

class DeviceReferenceClock {
 public:
  DeviceReferenceClock(JudgeKernels& kernels, const tasks::Reference& reference)
      : kernels_(kernels), reference_(reference) {}
  // Microseconds between two events around the call, behind a blocking kernel, the second-level
  // cache flushed before. A reference that waits for the device itself pays for it.
  double run_us(const std::vector<at::Tensor>& inputs);

 private:
  double once(const std::vector<at::Tensor>& inputs, bool& in_time);
  JudgeKernels& kernels_;
  const tasks::Reference& reference_;
  at::Tensor last_;
  double block_us_ = 100;
};

// float32 means float32: TF32 off for matrix products and convolutions, no autotuning between
// calls.
void set_reference_precision();

}  // namespace vegttt::evaluate
