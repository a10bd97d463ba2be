// What an update may cost before it is made, and what it says of itself afterwards.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/adapt/budget.h"
#include "vegttt/learn/update.h"

namespace vegttt::adapt {

// The most that an update from these rollouts can cost. `teacher_prompts` as in learn::Batch.
Spent cost_of_update(const learn::Batch& batch,
                     const std::vector<std::vector<int>>& teacher_prompts,
                     const config::LearnOptions& options);

// For metrics.jsonl.
std::map<std::string, double> numbers_of(const learn::UpdateStats& stats);

}  // namespace vegttt::adapt
