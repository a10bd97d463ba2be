// Where the time of an update goes, for benchmarks.
#pragma once

#include <ATen/core/Tensor.h>

namespace vegttt::policy::training {

// What ran on `device` since the mark before was `part`. Costs nothing unless parts are recorded
// (vegttt/policy/learning_pass.h).
void mark(const char* part, at::Device device);

}  // namespace vegttt::policy::training
