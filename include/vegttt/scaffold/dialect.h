// A dialect is a prompt frame, an assembler and a runner backend. Here: the first two.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vegttt/core/result.h"
#include "vegttt/records/candidate.h"
#include "vegttt/tasks/task.h"

namespace vegttt::scaffold {

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string name() const = 0;  // "cpp", "cuda"
  // void launch(const float* A, const float* B, float* out, Workspace& ws)
  virtual std::string signature(const tasks::Task& task) const = 0;
  // The whole translation unit around the model's code, with its line map. A Failure is a message
  // for the model.
  virtual core::Result<records::Candidate> assemble(const tasks::Task& task,
                                                    const std::string& size,
                                                    const std::string& code) const = 0;
};

// Throws UserError with the known names.
const Dialect& dialect(const std::string& name);

// The code of a completion: the last fenced block that holds `launch`, else the first fenced block,
// else the whole text when it holds `launch`. Curly quotes are straightened. "" when there is none.
std::string extract_code(const std::string& completion);

// Replaces "candidate:LINE" positions and frame lines of a compiler log by the model's own line
// numbers, removes paths of the host, caps the length.
std::string map_log(const std::string& log, const records::Candidate& candidate);

}  // namespace vegttt::scaffold
