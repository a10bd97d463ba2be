#pragma once

#include <string>

namespace vegttt::evaluate {

// The executor's kernels (kernels/evaluate/helpers.cu) for this architecture ("90a"), compiled once
// a process. MachineError.
const std::string& helpers_cubin(const std::string& architecture = "90a");
// The same of the judge's own kernels (kernels/evaluate/judge.cu).
const std::string& judge_cubin(const std::string& architecture = "90a");

}  // namespace vegttt::evaluate
