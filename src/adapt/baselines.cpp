// Methods that learn nothing: theta_0 as it is, and the best of N of its samples.
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/rollouts.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;

bool trusted(const records::Evaluation& evaluation) {
  return evaluation.status == records::Status::kSlow || evaluation.status == records::Status::kFast;
}

// Rollouts from theta_0 as step 0 of the run.
std::vector<JudgedRollout> sample_step_0(Context& context,
                                         int samples,
                                         records::StepMetrics& metrics) {
  const auto judged = rollouts_of(context, {Stream::kAdapt, 0, context.tasks, samples});
  metrics = metrics_of(0, judged);
  metrics.rollouts_so_far = static_cast<int>(judged.size());
  context.store.add_step(metrics, {});  // nothing learns here, so there are no rewards
  context.observer.step_done(metrics);
  return judged;
}

// The fastest correct rollout of a task, else null.
const JudgedRollout* fastest(const std::vector<JudgedRollout>& judged, const std::string& task) {
  const JudgedRollout* best = nullptr;
  for (const auto& one : judged) {
    if (one.rollout.key.task_id != task || !trusted(one.evaluation)) continue;
    if (best == nullptr || one.evaluation.speedup() > best->evaluation.speedup()) best = &one;
  }
  return best;
}

// The fastest of N is the luckiest of N as well: timed once more, it has no reason to be lucky
// again.
core::Json row_of(Context& context,
                  const std::vector<JudgedRollout>& judged,
                  const std::string& task,
                  const records::TaskCounts& counts) {
  const JudgedRollout* best = fastest(judged, task);
  core::Json row = {
      {"problem_id", task},
      {"fast_1", best != nullptr && best->evaluation.fast_1},
      {"sample_fast_1", counts.n == 0 ? 0.0 : static_cast<double>(counts.fast_1) / counts.n},
      {"selected_speedup", best == nullptr ? 0.0 : best->evaluation.speedup()},
      {"selected_correct", best != nullptr},
      {"correct", counts.correct},
      {"n", counts.n}};
  if (best == nullptr) return row;
  row["selected_sample"] = best->rollout.key.sample;
  row["latency"] =
      best->evaluation.timing ? best->evaluation.timing->candidate_median_us / 1000 : 0.0;  // ms
  const auto again = context.evaluator.evaluate(
      {task, best->rollout.completion, "again/" + best->rollout.key.text()});
  ++context.store.ledger().evaluations;
  row["confirmed_speedup"] = again.speedup();
  row["confirmed_fast_1"] = trusted(again) && again.fast_1;
  return row;
}

}  // namespace

void run_base(Context& context) {
  records::StepMetrics metrics;
  sample_step_0(context, context.config.sampling.samples_per_task, metrics);
  context.store.write_result("base_summary.json",
                             {{"schema_version", records::kSchemaVersion},
                              {"method", "base"},
                              {"metrics", records::to_json(metrics)}});
}

void run_best_of_n(Context& context) {
  records::StepMetrics metrics;
  const auto judged = sample_step_0(context, context.config.adapt.best_of_n_samples, metrics);
  core::Json rows = core::Json::array();
  int fast = 0, confirmed = 0;
  for (const auto& task : context.tasks) {
    context.check_stop();
    rows.push_back(row_of(context, judged, task.task_id, metrics.tasks.at(task.task_id)));
    fast += rows.back().at("fast_1").get<bool>();
    confirmed += rows.back().value("confirmed_fast_1", false);
  }
  const double n = static_cast<double>(context.tasks.size());
  context.store.write_result("best_of_n_summary.json",
                             {{"schema_version", records::kSchemaVersion},
                              {"method", "best_of_n"},
                              {"samples_per_task", context.config.adapt.best_of_n_samples},
                              {"sample_fast_1", metrics.aggregate_fast_1()},
                              {"selected_fast_1", fast / n},
                              {"confirmed_fast_1", confirmed / n},
                              {"rows", rows},
                              {"metrics", records::to_json(metrics)}});
}

}  // namespace vegttt::adapt
