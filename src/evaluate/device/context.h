// The device that this process works on.
#pragma once

#include <cstdint>

#include "failure.h"

namespace vegttt::evaluate::device {

// Makes the primary context of the device current, with the limits that candidates get. Once.
void start_context(std::uint32_t device);
CUdevice current_device();
int attribute(CUdevice_attribute which);
// sm_count and what follows it.
void describe_device(Reply& reply);

// The driver lets stacks of all kernels grow to the largest that one of them asked for. This gives
// that back.
void shrink_stacks();
std::uint64_t stack_limit();

}  // namespace vegttt::evaluate::device
