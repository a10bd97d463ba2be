// Where a policy computes: which device and type, and what it takes of its memory.
#pragma once

#include <ATen/ATen.h>

#include "vegttt/config/experiment.h"

namespace vegttt::policy {

// policy.device and policy.dtype, "auto" resolved. Throw UserError.
at::Device device_of(const config::PolicyOptions& options);
at::ScalarType dtype_of(const config::PolicyOptions& options, at::Device device);

// Until what was started there is done. Nothing to wait for on a CPU.
void synchronize(at::Device device);

// Bytes that may still be taken there.
std::int64_t available_memory(at::Device device);

// Since `forget_peak_memory`: the most bytes that tensors took on a GPU; on a CPU the most that this
// process held (0 where the system does not say).
std::int64_t peak_memory(at::Device device);
void forget_peak_memory(at::Device device);

// Gives back what the allocator holds in reserve on a GPU.
void release_unused_memory(at::Device device);

}  // namespace vegttt::policy
