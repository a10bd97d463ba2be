// Batch test-time training with Best-of-Adaptation. Left out on purpose: adaptive learning rates,
// rollback and replay of the paper's later branch.
#include "trainer.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/select.h"

namespace vegttt::adapt {
namespace {

using records::Selection;
using records::Strategy;

// theta_0 .. theta_S, each scored by its own rollouts, which then feed the update to the next.
void adapt_step_by_step(Context& context) {
  const auto& options = context.config.adapt;
  const std::string criterion = criterion_of(context.config);
  Trainer trainer(context);
  while (true) {
    const auto scored = trainer.score(context.tasks, context.config.sampling.samples_per_task);
    if (trainer.step() >= options.steps) return;
    if (early_stop_reached(context.store.trajectory(), criterion, options.early_stop)) return;
    trainer.update(scored, true);
  }
}

// Fresh rollouts from the selected checkpoint: the only unbiased estimate of what was selected.
records::StepMetrics reevaluate(Context& context, int step) {
  context.learner.load(context.store.checkpoint_folder(step));
  return metrics_of(
      step,
      rollouts_of(context,
                  {Stream::kFresh, step, context.tasks, context.config.adapt.reevaluate_samples}));
}

core::Json per_task_fast_1(const records::StepMetrics& metrics) {
  return records::to_json(metrics).at("per_task_fast_1");
}

core::Json config_json(const config::ExperimentConfig& config) {
  core::Json json = core::Json::object();
  for (const auto& field : config::fields_of(config)) json[field.key] = field.value;
  return json;
}

core::Json boa_selected(const Context& context,
                        const Selection& chosen,
                        const records::Trajectory& trajectory,
                        const core::Json& fresh) {
  const auto& at = trajectory.steps.at(static_cast<std::size_t>(chosen.selected_step));
  core::Json all = core::Json::array();
  for (const auto& step : trajectory.steps) all.push_back(step.aggregate_fast_1());
  return {
      {"schema_version", records::kSchemaVersion},
      {"algorithm", "best_of_adaptation"},
      {"selection_criterion", chosen.criterion},
      {"strategy", records::name_of(chosen.strategy)},
      {"selected_step", chosen.selected_step},
      {"selected_checkpoint",
       core::fs::path(context.store.checkpoint_folder(chosen.selected_step)).filename().string()},
      {"selected_metrics",
       {{"aggregate_fast_1", at.aggregate_fast_1()},
        {"aggregate_fast_1_strict", at.aggregate(&records::TaskCounts::fast_1_strict)},
        {"aggregate_correct", at.aggregate_correct()},
        {"per_task_fast_1", per_task_fast_1(at)}}},
      {"all_steps_fast_1", all},
      {"rollouts_spent", chosen.rollouts_spent},
      {"fresh", fresh},
      {"config", config_json(context.config)}};
}

}  // namespace

void run_batch_ttt(Context& context) {
  adapt_step_by_step(context);
  const auto& options = context.config.adapt;
  const std::string criterion = criterion_of(context.config);
  const auto trajectory = context.store.trajectory();
  auto selections = select_all(trajectory, criterion, options.early_stop, options.fixed_step);
  // With early stop the run has ended where that strategy says, so the best of its steps is what it
  // chose.
  auto chosen = options.early_stop > 0
                    ? select_early_stop(trajectory, criterion, options.early_stop)
                    : select_best(trajectory, criterion);
  core::Json fresh = nullptr;
  if (options.reevaluate_samples > 0) {
    const auto metrics = reevaluate(context, chosen.selected_step);
    fresh = records::to_json(metrics);
    for (auto& selection : selections) {
      if (selection.selected_step != chosen.selected_step) continue;
      selection.fresh_score = score_of(metrics, criterion);
      selection.fresh_n = metrics.n_samples();
    }
  }
  core::Json rows = core::Json::array();
  for (const auto& selection : selections) rows.push_back(records::to_json(selection));
  context.store.write_result("boa_selected.json", boa_selected(context, chosen, trajectory, fresh));
  context.store.write_result("batch_ttt_summary.json",
                             {{"schema_version", records::kSchemaVersion},
                              {"method", "batch_ttt"},
                              {"criterion", criterion},
                              {"steps", trajectory.steps.size()},
                              {"early_stop", options.early_stop},
                              {"selected_step", chosen.selected_step},
                              {"selections", rows},
                              {"fresh", fresh}});
}

}  // namespace vegttt::adapt
