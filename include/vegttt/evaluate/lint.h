// Would a cheap wrong answer pass the judge? Computed through the verdict code, without any
// process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

struct LintFinding {
  std::string answer;     // "zeros", "tf32 operands", "half of axis 1", ...
  bool accepted = false;  // the verdict on every input set is "passed"
  double largest = 0;     // error over allowance of the worst element, over all sets
  double rms = 0;         // the same as root mean square, largest set
};

struct LintReport {
  std::string task_id, size;
  std::vector<LintFinding> wrong;  // answers that must be refused
  std::vector<LintFinding> right;  // the float32 reference: must be accepted
  std::string exception;           // why this task may fail, "" when it may not
  bool passed() const;             // everything as it must be
};

// Input sets of protocol `strict` with `seed`; as many as it verifies before timing. A task whose
// reference rejects an attack's inputs is a UserError.
LintReport lint_task(const tasks::Task& task, const std::string& size, std::uint64_t seed);

// Known exceptions: why a wrong answer cannot be told from a right one; "" for tasks without one.
std::string lint_exception(const std::string& task_id,
                           const std::string& size,
                           const std::string& answer);

}  // namespace vegttt::evaluate
