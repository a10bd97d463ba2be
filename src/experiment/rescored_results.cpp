#include "rescored_results.h"

#include "vegttt/adapt/picks.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/adapt/select.h"
#include "vegttt/core/stop.h"

namespace vegttt::experiment {
namespace {

using adapt::Stream;
using core::Json;

// Fresh rollouts of the step that the old run had selected, if there are any.
std::pair<int, Json> fresh_of(const RunDirectory& run, int steps) {
  for (int step = 0; step < steps; ++step) {
    const auto judged = run.judged(Stream::kFresh, step);
    if (!judged.empty()) return {step, records::to_json(adapt::metrics_of(step, judged))};
  }
  return {-1, nullptr};
}

// What each rule would pick now, timed once more: from the rollouts of step 0.
Json one_step_summary(RunDirectory& run,
                      const std::vector<std::string>& tasks,
                      evaluate::Evaluator& judge) {
  const auto& config = run.loaded().values;
  const auto metrics = run.trajectory().steps.front();
  adapt::Candidates candidates{tasks, run.judged(Stream::kAdapt, 0)};
  candidates.samples = metrics.rollouts_so_far / static_cast<int>(tasks.size());
  const auto likeliest = metrics.more.find("likeliest_of");
  if (likeliest != metrics.more.end())
    candidates.top = static_cast<int>(candidates.judged.size() / tasks.size());
  candidates.seed = config.seed;
  Json json = adapt::picks_json(candidates, metrics, [&](const auto& picked) {
    return adapt::judge_again(judge, picked, [&] {
      ++run.ledger().evaluations;
      core::throw_if_stopped();
    });
  });
  json["metrics"] = records::to_json(metrics);
  return json;
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
