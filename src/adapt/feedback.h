// What a teacher may read about a rollout: its outcome, never its code.
#pragma once

#include <string>

#include "vegttt/records/evaluation.h"

namespace vegttt::adapt {

// The outcome as a block of named fields: status, compiled, correct, speedup, times, error message
// (at most three lines, 300 characters) and trace. `code` is what the rollout holds, `known` what
// everybody reads anyway (the prompt): what else the message quotes is left out (quotations.h).
std::string feedback_block(const records::Evaluation& evaluation,
                           const std::string& code,
                           const std::string& known);

}  // namespace vegttt::adapt
