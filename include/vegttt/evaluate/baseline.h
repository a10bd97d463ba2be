// The reference against itself: what "1.00x" means on this machine, and how often noise alone looks
// fast.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  std::optional<records::Conditions> conditions;  // of a GPU
};

// One compiled kernel in both roles: as a candidate in its process, and in the judge in the place
// of the reference. Whatever is not 1.00x is the judge's own bias.
struct EqualKernel {
  std::string task_id, size, machine;
  int verdicts = 0;    // by the whole protocol, each with new processes (cpp) or programs
  double speedup = 0;  // median over the verdicts
  double lowest = 0, highest = 0;
  double candidate_us = 0, reference_us = 0;  // medians over the verdicts
  int fast = 0, fast_strict = 0;              // verdicts
  int suspicious = 0;                         // verdicts that the judge took for impossible
  // cuda: as many kernels that do nothing, between the events of either; 0 elsewhere.
  double empty_candidate_us = 0, empty_reference_us = 0;
};

// What is left of single verdicts.
struct EqualVerdict {
  double speedup = 0, candidate_us = 0, reference_us = 0;
  bool fast = false, fast_strict = false, suspicious = false;
};
// Fills the counts and medians; `verdicts` is not empty.
void summarize(const std::vector<EqualVerdict>& verdicts, EqualKernel& equal);

// Measures on the machine that options.evaluate names. Not thread-safe.
class BaselineMeter {
 public:
  virtual ~BaselineMeter() = default;
  // `pairs` timings of each role. MachineError.
  virtual Baseline measure(const tasks::Task& task, int pairs) = 0;
  // Tasks with a kernel that can stand in both roles.
  virtual std::vector<std::string> equal_kernel_tasks() const = 0;
  virtual EqualKernel judge_equal_kernel(const std::string& task_id, int verdicts) = 0;
};
// For options.evaluate.dialect; `catalogue` must outlive it.
std::unique_ptr<BaselineMeter> make_baseline_meter(const EvaluatorOptions& options,
                                                   const tasks::Catalogue& catalogue);

core::Json to_json(const EqualKernel& equal);
core::Json to_json(const Baseline& baseline);

}  // namespace vegttt::evaluate
