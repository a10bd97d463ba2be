// What finished timings say about a correct candidate.
#pragma once

#include <string>
#include <vector>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

// Status, fast_1, flags and message of an evaluation that has its timing.
void conclude(records::Evaluation& result);

// "wrong on 2 of 3 inputs; ...": how many checks failed, before the message of the first.
void count_failed_checks(records::Evaluation& result);

// Submissions of one task together, in the order in which the tasks first come: their places.
std::vector<std::size_t> by_task(const std::vector<Submission>& submissions);

}  // namespace vegttt::evaluate
