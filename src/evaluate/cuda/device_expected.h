// What a task's output must be, computed and compared on the GPU by the rules of verdict.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "../expected.h"
#include "device_buffer.h"
#include "judge_kernels.h"

namespace vegttt::evaluate {

struct DeviceExpected {
  tasks::DType dtype = tasks::DType::kFloat32;
  std::vector<std::int64_t> sizes;
  at::Tensor truth;      // float32 or the integer dtype, flat, on the device
  at::Tensor allowance;  // float32 outputs
  double largest_rms = 0;
  std::string shapes;
  // The same for the host, where a failure is described.
  Expected on_host() const;
};

// The inputs lie on the device. Throws UserError when the reference refuses them.
DeviceExpected expect_on_device(const tasks::Task& task,
                                const tasks::Reference& reference,
                                const std::vector<at::Tensor>& inputs,
                                const Tolerance& tolerance);

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
