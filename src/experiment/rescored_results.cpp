#include "rescored_results.h"

#include "vegttt/adapt/rollouts.h"
#include "vegttt/adapt/select.h"

namespace vegttt::experiment {
namespace {

using adapt::Stream;
using core::Json;
using records::JudgedRollout;

// Fresh rollouts of the step that the old run had selected, if there are any.
std::pair<int, Json> fresh_of(const RunDirectory& run, int steps) {
  for (int step = 0; step < steps; ++step) {
    const auto judged = run.judged(Stream::kFresh, step);
    if (!judged.empty()) return {step, records::to_json(adapt::metrics_of(step, judged))};
  }
  return {-1, nullptr};
}

bool trusted(const records::Evaluation& evaluation) {
  return evaluation.status == records::Status::kSlow || evaluation.status == records::Status::kFast;
}

// The fastest correct kernel of a task, timed once more.
Json row_of(RunDirectory& run,
            const std::string& task,
            const records::TaskCounts& counts,
            evaluate::Evaluator& judge) {
  const auto rollouts = run.judged(Stream::kAdapt, 0);
  const JudgedRollout* best = nullptr;
  for (const auto& one : rollouts) {
    if (one.rollout.key.task_id != task || !trusted(one.evaluation)) continue;
    if (best == nullptr || one.evaluation.speedup() > best->evaluation.speedup()) best = &one;
  }
  Json row = {
      {"problem_id", task},
      {"fast_1", best != nullptr && best->evaluation.fast_1},
      {"sample_fast_1", counts.n == 0 ? 0.0 : static_cast<double>(counts.fast_1) / counts.n},
      {"selected_speedup", best == nullptr ? 0.0 : best->evaluation.speedup()},
      {"selected_correct", best != nullptr},
      {"correct", counts.correct},
      {"n", counts.n}};
  if (best == nullptr) return row;
  row["selected_sample"] = best->rollout.key.sample;
  const auto again =
      judge.evaluate({task, best->rollout.completion, "again/" + best->rollout.key.text()});
  ++run.ledger().evaluations;
  row["confirmed_speedup"] = again.speedup();
  row["confirmed_fast_1"] = trusted(again) && again.fast_1;
  return row;
}

Json one_step_summary(RunDirectory& run,
                      const std::vector<std::string>& tasks,
                      evaluate::Evaluator& judge) {
  const auto metrics = run.trajectory().steps.front();
  Json rows = Json::array();
  int fast = 0, confirmed = 0;
  for (const auto& task : tasks) {
    const auto found = metrics.tasks.find(task);
    const auto counts = found == metrics.tasks.end() ? records::TaskCounts{} : found->second;
    rows.push_back(row_of(run, task, counts, judge));
    fast += rows.back().at("fast_1").get<bool>();
    confirmed += rows.back().value("confirmed_fast_1", false);
  }
  const double n = static_cast<double>(tasks.size());
  return {{"samples_per_task", metrics.n_samples() / static_cast<int>(tasks.size())},
          {"sample_fast_1", metrics.aggregate_fast_1()},
          {"selected_fast_1", fast / n},
          {"confirmed_fast_1", confirmed / n},
          {"rows", rows},
          {"metrics", records::to_json(metrics)}};
}

Json trajectory_summary(RunDirectory& run) {
  const auto& config = run.loaded().values;
  const std::string criterion = adapt::criterion_of(config);
  const auto trajectory = run.trajectory();
  auto selections =
      adapt::select_all(trajectory, criterion, config.adapt.early_stop, config.adapt.fixed_step);
  const auto& chosen = selections.front();
  const auto [fresh_step, fresh] = fresh_of(run, static_cast<int>(trajectory.steps.size()));
  Json rows = Json::array(), all = Json::array();
  for (auto& selection : selections) {
    if (selection.selected_step == fresh_step && fresh_step >= 0) {
      const auto metrics = records::step_metrics_from_json(fresh);
      selection.fresh_score = adapt::score_of(metrics, criterion);
      selection.fresh_n = metrics.n_samples();
    }
    rows.push_back(records::to_json(selection));
  }
  for (const auto& step : trajectory.steps) all.push_back(step.aggregate_fast_1());
  // Fresh samples exist for the step that was selected then; now it may be another.
  const Json fresh_of_chosen = chosen.selected_step == fresh_step ? fresh : Json(nullptr);
  run.write_result("boa_selected.json",
                   {{"schema_version", records::kSchemaVersion},
                    {"algorithm", "best_of_adaptation"},
                    {"selection_criterion", criterion},
                    {"strategy", records::name_of(chosen.strategy)},
                    {"selected_step", chosen.selected_step},
                    {"all_steps_fast_1", all},
                    {"rollouts_spent", chosen.rollouts_spent},
                    {"fresh", fresh_of_chosen}});
  return {{"criterion", criterion},
          {"steps", trajectory.steps.size()},
          {"early_stop", config.adapt.early_stop},
          {"selected_step", chosen.selected_step},
          {"selections", rows},
          {"fresh", fresh_of_chosen},
          {"fresh_step", fresh_step}};
}

}  // namespace

void write_rescored_results(RunDirectory& run,
                            const std::vector<std::string>& tasks,
                            evaluate::Evaluator& judge) {
  const std::string& method = run.facts().method;
  const bool learns = method != "base" && method != "best_of_n" && method != "power_sampling";
  Json summary = {{"schema_version", records::kSchemaVersion}, {"method", method}};
  summary.update(learns ? trajectory_summary(run) : one_step_summary(run, tasks, judge));
  run.save_ledger();
  run.write_result(method + "_summary.json", summary);
}

}  // namespace vegttt::experiment
