// Scores by step and what was selected from them. The key names are those of the paper's code
// (boa_selected.json, metrics.jsonl), with more beside them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vegttt/core/json.h"

namespace vegttt::records {

// Counts of one task's rollouts of one theta_step; `unscored` ones are outside of `n`. A
// `suspicious` kernel is not counted as correct: what is faster than the machine cannot have done
// the work.
struct TaskCounts {
  int n = 0, compiled = 0, correct = 0, fast_1 = 0, fast_1_strict = 0, suspicious = 0,
      truncated = 0, unscored = 0;
  int distinct = 0;             // different kernels among the rollouts
  int distinct_normalised = 0;  // the same without comments and white space
  int flat_groups = 0;          // groups whose rewards are all equal: nothing to learn from
  double gradient_share = 0;    // of the step's sum of |advantage|
  double speedup_sum = 0;       // over correct ones
  double best_speedup = 0;
  double reward_sum = 0;
};

// One line of metrics.jsonl: the rollouts sampled from theta_s.
struct StepMetrics {
  int step_idx = 0;                         // s
  std::map<std::string, TaskCounts> tasks;  // by task id
  int rollouts_so_far = 0;                  // (s + 1) * N * K
  std::map<std::string, double> more;       // loss, grad_norm, kl, entropy, seconds, ...

  // Unweighted mean over tasks of the per-task rate; equal to the pooled rate for equal n.
  double aggregate(int TaskCounts::*count) const;
  double aggregate_fast_1() const { return aggregate(&TaskCounts::fast_1); }
  double aggregate_correct() const { return aggregate(&TaskCounts::correct); }
  double aggregate_speedup() const;  // mean over correct rollouts, 0 if none
  double aggregate_reward() const;
  int n_samples() const;
};

struct Trajectory {
  std::vector<StepMetrics> steps;  // steps[s].step_idx == s
};

enum class Strategy { kArgmax, kEarlyStop, kFixed, kOracle, kPerTaskStop };
// "boa", "early_stop", "fixed", "oracle", "per_task_stop"
const char* name_of(Strategy strategy);

// What a strategy picks from a trajectory and what it costs.
struct Selection {
  Strategy strategy = Strategy::kArgmax;
  int patience = 0;       // early_stop: P
  std::string criterion;  // "fast_1", "fast_1_strict"
  int selected_step = 0;  // earliest on ties; -1 for the oracle (one step per task)
  std::map<std::string, int> per_task_step;  // oracle and per_task_stop only
  double score = 0;                   // the criterion at that step: a maximum of noisy values
  int rollouts_spent = 0;             // early stop pays optimum + P
  std::optional<double> fresh_score;  // re-evaluated on fresh samples
  int fresh_n = 0;
};

core::Json to_json(const StepMetrics& metrics);
StepMetrics step_metrics_from_json(const core::Json& json);
core::Json to_json(const Selection& selection);
Selection selection_from_json(const core::Json& json);

}  // namespace vegttt::records
