// What a teacher may read about a rollout: its outcome, never its code.
#pragma once

#include <string>

#include "vegttt/records/evaluation.h"

namespace vegttt::adapt {

// The outcome as a block of named fields: status, compiled, correct, speedup, times, error message
// (at most three lines, 300 characters) and trace. `code` is what the rollout holds, `known` what
// everybody reads anyway (the prompt): compilers quote the source that they complain about, so
// every run of 16 characters that stands in `code` and not in `known` is blotted out.
std::string feedback_block(const records::Evaluation& evaluation,
                           const std::string& code,
                           const std::string& known);

// `text` with what it shares with `code` and not with `known` replaced by "[..]".
std::string without_code(const std::string& text,
                         const std::string& code,
                         const std::string& known);

}  // namespace vegttt::adapt
