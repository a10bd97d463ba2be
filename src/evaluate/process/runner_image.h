#pragma once

#include <string>

namespace vegttt::evaluate {

// A path that executes the runner which this binary carries: a file in memory. MachineError.
const std::string& runner_path();

}  // namespace vegttt::evaluate
