#include "vegttt/adapt/selected.h"

#include "vegttt/adapt/select.h"
#include "vegttt/core/file.h"

namespace vegttt::adapt {
namespace {

using records::Selection;
using records::StepMetrics;
using records::Trajectory;

// The counts of what was selected, each task at its own step.
StepMetrics selected_metrics(const Selection& chosen, const Trajectory& trajectory) {
  StepMetrics at;
  at.step_idx = chosen.selected_step;
  for (const auto& [task, counts] : trajectory.steps.front().tasks)
    at.tasks[task] =
        trajectory.steps.at(static_cast<std::size_t>(step_of(chosen, task))).tasks.at(task);
  return at;
}

core::Json json_of(const StepMetrics& at) {
  return {{"aggregate_fast_1", at.aggregate_fast_1()},
          {"aggregate_fast_1_strict", at.aggregate(&records::TaskCounts::fast_1_strict)},
          {"aggregate_correct", at.aggregate_correct()},
          {"per_task_fast_1", records::to_json(at).at("per_task_fast_1")}};
}

core::Json json_of(const config::ExperimentConfig& config) {
  core::Json json = core::Json::object();
  for (const auto& field : config::fields_of(config)) json[field.key] = field.value;
  return json;
}

core::Json boa_selected(const config::ExperimentConfig& config,
                        const RunStore& store,
                        const Selection& chosen,
                        const core::Json& fresh) {
  const auto trajectory = store.trajectory();
  core::Json all = core::Json::array(), checkpoint = nullptr;
  for (const auto& step : trajectory.steps) all.push_back(step.aggregate_fast_1());
  if (chosen.selected_step >= 0)
    checkpoint = core::fs::path(store.checkpoint_folder(chosen.selected_step)).filename().string();
  core::Json json = {{"schema_version", records::kSchemaVersion},
                     {"algorithm", "best_of_adaptation"},
                     {"selection_criterion", chosen.criterion},
                     {"strategy", records::name_of(chosen.strategy)},
                     {"selected_step", chosen.selected_step},
                     {"selected_checkpoint", checkpoint},
                     {"selected_metrics", json_of(selected_metrics(chosen, trajectory))},
                     {"all_steps_fast_1", all},
                     {"rollouts_spent", chosen.rollouts_spent},
                     {"fresh", fresh},
                     {"config", json_of(config)}};
  if (!chosen.per_task_step.empty()) json["per_task_step"] = chosen.per_task_step;
  return json;
}

}  // namespace

Selection chosen_by(const config::AdaptOptions& options,
                    const std::string& criterion,
                    const Trajectory& every) {
  if (options.per_task_stop && options.early_stop > 0)
    return select_per_task_stop(whole_tasks(every), criterion, options.early_stop);
  const auto trajectory = whole_steps(every);
  // With early stop the run has ended where that strategy says, so the best of its steps is what it
  // chose.
  return options.early_stop > 0 ? select_early_stop(trajectory, criterion, options.early_stop)
                                : select_best(trajectory, criterion);
}

int step_of(const Selection& chosen, const std::string& task) {
  const auto own = chosen.per_task_step.find(task);
  return own == chosen.per_task_step.end() ? chosen.selected_step : own->second;
}

StepResults step_results(const config::ExperimentConfig& config,
                         const std::string& criterion,
                         const RunStore& store,
                         const FreshOf& fresh_of) {
  const auto& options = config.adapt;
  const auto trajectory = store.trajectory();
  const auto chosen = chosen_by(options, criterion, trajectory);
  core::Json rows = core::Json::array(), fresh = nullptr;
  for (auto& selection :
       select_all(trajectory, criterion, options.early_stop, options.fixed_step)) {
    if (const auto metrics = fresh_of(selection)) {
      selection.fresh_score = score_of(*metrics, criterion);
      selection.fresh_n = metrics->n_samples();
    }
    rows.push_back(records::to_json(selection));
  }
  if (const auto metrics = fresh_of(chosen)) fresh = records::to_json(*metrics);
  return {{{"criterion", criterion},
           {"steps", trajectory.steps.size()},
           {"early_stop", options.early_stop},
           {"selected_step", chosen.selected_step},
           {"selections", rows},
           {"fresh", fresh}},
          boa_selected(config, store, chosen, fresh)};
}

}  // namespace vegttt::adapt
