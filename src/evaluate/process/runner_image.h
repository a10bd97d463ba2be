#pragma once

#include <string>

namespace vegttt::evaluate {

// A path that executes the runner which this binary carries: a file in memory, or in the user's
// cache where the kernel executes nothing from memory. MachineError.
const std::string& runner_path();

}  // namespace vegttt::evaluate
