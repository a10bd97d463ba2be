#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/report/run_records.h"

namespace vegttt::report {

// One step of one run; NaN where it was not recorded.
struct StepDiagnostics {
  int step = 0;
  double fast_1 = 0, fast_1_strict = 0;
  double entropy = 0, kl_theta0 = 0;
  double distinct = 0;            // kernels after normalisation, mean over tasks
  double distinct_share = 0;      // of the rollouts with code
  double likelihood_speedup = 0;  // rho of mean log-prob and speedup, correct rollouts, over all
  double within_tasks = 0;        // the same within tasks, mean over tasks
  int correlated = 0;             // rollouts behind it
  double length_partial = 0;      // with the length's share taken out
  int groups = 0, flat_groups = 0;
  std::map<std::string, double> gradient_share;  // of sum |advantage|, by task
};
std::vector<StepDiagnostics> diagnostics_of(const RunRecords& run);

}  // namespace vegttt::report
