// From a compiled program to its plan, by a process that maps no tensor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "device_process.h"
#include "make_plan.h"

namespace vegttt::evaluate {

// Asks for the recordings of `launch` over buffers of these sizes (inputs, output, workspace).
// The answer says what went wrong, if anything; `file` receives what plan_of_recordings reads.
device::Request record_request(const std::vector<std::uint64_t>& bytes);

// Of the device that a process told about when it was ready.
DeviceLimits limits_of(const device::Reply& ready);

// Judges both recordings. A Failure is a message for the model, or says that the file is not what a
// recorder writes.
core::Result<Plan> plan_of_recordings(std::string_view file,
                                      const std::vector<std::uint64_t>& bytes,
                                      const std::vector<KernelInfo>& kernels,
                                      const DeviceLimits& limits);

}  // namespace vegttt::evaluate
