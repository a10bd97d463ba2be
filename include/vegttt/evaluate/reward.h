#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

// Rewards of one batch of evaluations under named options (facts: algorithms 2.3). With s = the
// speedup over the normaliser's median, at most `cap`, a correct kernel is worth correct_bonus +
//   log_speedup  log2(1 + s): 1 for a kernel as fast as the reference, never negative
//   speedup      s
//   fast         1 if fast_1
//   correct      1
//   inverse_runtime  runtime_scale_us over its microseconds, without normaliser and cap
//   shuffled     log_speedup, dealt out anew among the rollouts of the same task: the control that
//   must not learn
// Everything else is worth 0, suspicious kernels too. Unscored evaluations get NaN: they must be
// left out of advantages. The state of a normaliser is JSON, so that a checkpoint can hold it.
//   frozen_median      of the task's correct speedups in the first batch that has any: independent
//   of order
//   rank  s is the rank among the batch's correct rollouts of the task over their number
//   running_median_32  of the last 32 before this one, 1 if there is none: the paper's, dependent
//   on order
class RewardModel {
 public:
  explicit RewardModel(
      const config::RewardOptions& options);  // UserError for an unknown kind or normalizer
  // Order matters only for running_median_32 and shuffled.
  std::vector<double> rewards(const std::vector<records::Evaluation>& evaluations,
                              std::uint64_t shuffle_seed = 0);
  core::Json state() const;
  void restore(const core::Json& state);

 private:
  double divisor(const records::Evaluation& evaluation) const;
  double value(const records::Evaluation& evaluation, double rank) const;
  void freeze(const std::vector<records::Evaluation>& evaluations);
  void remember(const records::Evaluation& evaluation);

  config::RewardOptions options_;
  std::map<std::string, std::vector<double>> history_;  // the last correct speedups by task
  std::map<std::string, double> frozen_;                // medians by task
};

}  // namespace vegttt::evaluate
