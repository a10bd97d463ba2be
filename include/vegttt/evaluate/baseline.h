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

// One compiled kernel in both roles: as a candidate in its process, and in the judge in the place
// of the reference. Whatever is not 1.00x is the judge's own bias.
struct EqualKernel {
  std::string task_id, size, machine;
  int verdicts = 0;    // by the whole protocol, each with new processes
  double speedup = 0;  // median over the verdicts
  double lowest = 0, highest = 0;
  double candidate_us = 0, reference_us = 0;  // medians over the verdicts
  int fast = 0, fast_strict = 0;              // verdicts
};
EqualKernel judge_equal_kernel(const EvaluatorOptions& options,
                               const tasks::Catalogue& catalogue,
                               int verdicts);
core::Json to_json(const EqualKernel& equal);

// `pairs` timings of each role.
Baseline measure_baseline(const EvaluatorOptions& options, const tasks::Task& task, int pairs);

core::Json to_json(const Baseline& baseline);

}  // namespace vegttt::evaluate
