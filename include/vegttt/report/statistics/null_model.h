// What a trajectory looks like when adaptation does nothing: each task keeps one rate at all steps,
// and every score is a draw. The maximum of several draws exceeds the first one all the same.
#pragma once

#include <cstdint>
#include <vector>

namespace vegttt::report {

struct FlatPolicy {
  std::vector<double> rates;  // by task
  int samples = 32;           // per task and step
  // Where they differ: by step, then by task; 0: that task has no score at that step.
  std::vector<std::vector<int>> sizes;
  int steps = 6;     // scores: theta_0 .. theta_5
  int patience = 1;  // of early stop
  int runs = 20000;
  std::uint64_t seed = 1;
};

// Scores are means over tasks of their rates.
struct NullResult {
  double expected_max = 0, expected_gain = 0;  // of the best step; over step 0
  double expected_oracle = 0;                  // mean over tasks of the best step of each
  std::vector<double> maxima, gains, oracles;  // of the runs, sorted
  std::vector<double> argmax_share;            // by step; earliest on ties
  std::vector<double> stop_share;      // by the step whose score ends the run; the last: none did
  std::vector<double> selected_share;  // by the step that early stop selects
  double early_stop_ties_best = 0;     // share of runs where it scores as high as the best

  // Shares of runs that reach at least what was seen.
  double p_max_at_least(double score) const;
  double p_gain_at_least(double gain) const;
  double p_oracle_at_least(double score) const;
};
NullResult simulate_flat_policy(const FlatPolicy& policy);

}  // namespace vegttt::report
