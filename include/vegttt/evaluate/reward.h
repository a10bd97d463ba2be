#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

// Rewards of one batch of evaluations under named options (facts: algorithms 2.3). Unscored evaluations get NaN:
// they must be left out of advantages. The state of a normaliser is JSON, so that a checkpoint can hold it.
class RewardModel {
 public:
  explicit RewardModel(const config::RewardOptions& options) : options_(options) {}
  // `tasks[i]` is the task of `evaluations[i]`; order matters only for running_median_32.
  std::vector<double> rewards(const std::vector<records::Evaluation>& evaluations, std::uint64_t shuffle_seed = 0);
  core::Json state() const;
  void restore(const core::Json& state);

 private:
  config::RewardOptions options_;
  std::map<std::string, std::vector<double>> history_;  // correct speedups by task
  std::map<std::string, double> frozen_;                // medians after the first batch
};

}  // namespace vegttt::evaluate
