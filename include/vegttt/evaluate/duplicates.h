#pragma once

#include <memory>

#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {

// Judges the first of several submissions of one task whose extracted code is equal, byte for byte;
// the others get a copy of its evaluation with the flag "copied" and no seconds. What could not be
// judged is judged again. The copies' timing error is the first one's: as samples of the policy
// they are independent, as measurements they are one.
std::unique_ptr<Evaluator> judge_equal_code_once(std::unique_ptr<Evaluator> judge);

}  // namespace vegttt::evaluate
