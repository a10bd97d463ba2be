#include "vegttt/records/trajectory.h"

#include "vegttt/records/rollout.h"

namespace vegttt::records {
namespace {

using core::Json;

double rate(int count, int n) { return n == 0 ? 0.0 : static_cast<double>(count) / n; }

Json to_json(const TaskCounts& counts) {
  return {{"n", counts.n},
          {"compiled", counts.compiled},
          {"correct", counts.correct},
          {"fast_1", counts.fast_1},
          {"fast_1_strict", counts.fast_1_strict},
          {"suspicious", counts.suspicious},
          {"truncated", counts.truncated},
          {"unscored", counts.unscored},
          {"distinct", counts.distinct},
          {"distinct_normalised", counts.distinct_normalised},
          {"flat_groups", counts.flat_groups},
          {"gradient_share", counts.gradient_share},
          {"speedup_sum", counts.speedup_sum},
          {"best_speedup", counts.best_speedup},
          {"reward_sum", counts.reward_sum}};
}

TaskCounts task_counts_from_json(const Json& json) {
  const std::string where = "metrics: counts";
  TaskCounts counts;
  counts.n = core::get<int>(json, "n", where);
  counts.compiled = core::get_or<int>(json, "compiled", 0);
  counts.correct = core::get<int>(json, "correct", where);
  counts.fast_1 = core::get<int>(json, "fast_1", where);
  counts.fast_1_strict = core::get<int>(json, "fast_1_strict", where);
  counts.suspicious = core::get_or<int>(json, "suspicious", 0);
  counts.truncated = core::get<int>(json, "truncated", where);
  counts.unscored = core::get<int>(json, "unscored", where);
  counts.distinct = core::get<int>(json, "distinct", where);
  counts.distinct_normalised = core::get_or<int>(json, "distinct_normalised", counts.distinct);
  counts.flat_groups = core::get_or<int>(json, "flat_groups", 0);
  counts.gradient_share = core::get_or<double>(json, "gradient_share", 0);
  counts.speedup_sum = core::get<double>(json, "speedup_sum", where);
  counts.best_speedup = core::get<double>(json, "best_speedup", where);
  counts.reward_sum = core::get<double>(json, "reward_sum", where);
  return counts;
}

Json per_task(const StepMetrics& metrics, int TaskCounts::*count) {
  Json rates = Json::object();
  for (const auto& [task, counts] : metrics.tasks) rates[task] = rate(counts.*count, counts.n);
  return rates;
}

}  // namespace

double StepMetrics::aggregate(int TaskCounts::*count) const {
  double sum = 0;
  for (const auto& [task, counts] : tasks) sum += rate(counts.*count, counts.n);
  return tasks.empty() ? 0 : sum / static_cast<double>(tasks.size());
}

double StepMetrics::aggregate_speedup() const {
  double sum = 0;
  int correct = 0;
  for (const auto& [task, counts] : tasks) {
    sum += counts.speedup_sum;
    correct += counts.correct;
  }
  return correct == 0 ? 0 : sum / correct;
}

double StepMetrics::aggregate_reward() const {
  double sum = 0;
  for (const auto& [task, counts] : tasks) sum += counts.reward_sum;
  const int n = n_samples();
  return n == 0 ? 0 : sum / n;
}

int StepMetrics::n_samples() const {
  int n = 0;
  for (const auto& [task, counts] : tasks) n += counts.n;
  return n;
}

Json to_json(const StepMetrics& metrics) {
  Json counts = Json::object();
  for (const auto& [task, value] : metrics.tasks) counts[task] = to_json(value);
  Json more = Json::object();
  for (const auto& [name, value] : metrics.more) more[name] = core::finite_or_name(value);
  return {{"schema_version", kSchemaVersion},
          {"step_idx", metrics.step_idx},
          {"aggregate_fast_1", metrics.aggregate_fast_1()},
          {"aggregate_correct", metrics.aggregate_correct()},
          {"aggregate_speedup", metrics.aggregate_speedup()},
          {"aggregate_reward", metrics.aggregate_reward()},
          {"aggregate_fast_1_strict", metrics.aggregate(&TaskCounts::fast_1_strict)},
          {"per_task_fast_1", per_task(metrics, &TaskCounts::fast_1)},
          {"per_task_correct", per_task(metrics, &TaskCounts::correct)},
          {"n_samples", metrics.n_samples()},
          {"rollouts_so_far", metrics.rollouts_so_far},
          {"counts", counts},
          {"more", more}};
}

StepMetrics step_metrics_from_json(const Json& json) {
  StepMetrics metrics;
  metrics.step_idx = core::get<int>(json, "step_idx", "metrics");
  metrics.rollouts_so_far = core::get<int>(json, "rollouts_so_far", "metrics");
  const Json counts = core::get<Json>(json, "counts", "metrics");
  for (const auto& [task, value] : counts.items())
    metrics.tasks[task] = task_counts_from_json(value);
  const Json more = json.value("more", Json::object());
  for (const auto& [name, value] : more.items()) metrics.more[name] = core::number_of(value);
  return metrics;
}

}  // namespace vegttt::records
