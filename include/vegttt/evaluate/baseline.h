// The reference against itself: what "1.00x" means on this machine, and how often noise alone looks
// fast.
#pragma once

#include <cstdint>
#include <string>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

struct Baseline {
  std::string task_id, size, machine, reference;
  // The reference in both roles; `candidate_us` is the second one. Order alternates as with
  // candidates.
  records::Timing timing;
  // An equal kernel, judged by the protocol's number of timings: share of verdicts "fast" and of
  // fast_1_strict. Resampled from the pairs above.
  double fast_by_chance = 0, fast_strict_by_chance = 0;
  double floor_us = 0;
};

// `pairs` timings of each role.
Baseline measure_baseline(const EvaluatorOptions& options, const tasks::Task& task, int pairs);

core::Json to_json(const Baseline& baseline);

}  // namespace vegttt::evaluate
