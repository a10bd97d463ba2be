#include "step_loop.h"

#include <algorithm>

#include "vegttt/adapt/select.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::Selection;
using records::Strategy;

std::vector<TaskPrompt> tasks_of_next_step(const Context& context) {
  const auto& options = context.config.adapt;
  const auto trajectory = context.store.trajectory();
  if (!options.per_task_stop || options.early_stop == 0 || trajectory.steps.empty())
    return context.tasks;
  const auto names = tasks_going_on(trajectory, criterion_of(context.config), options.early_stop);
  std::vector<TaskPrompt> tasks;
  for (const auto& task : context.tasks) {
    if (std::find(names.begin(), names.end(), task.task_id) != names.end()) tasks.push_back(task);
  }
  return tasks;
}

// Which tasks step s is sampled from; the trajectory may be further on.
std::vector<TaskPrompt> tasks_of_step(const Context& context, int step) {
  const auto steps = context.store.trajectory().steps;
  if (step >= static_cast<int>(steps.size())) return tasks_of_next_step(context);
  std::vector<TaskPrompt> tasks;
  for (const auto& task : context.tasks) {
    if (steps[static_cast<std::size_t>(step)].tasks.contains(task.task_id)) tasks.push_back(task);
  }
  return tasks;
}

bool ends_here(const Context& context, const Trainer& trainer) {
  const auto& options = context.config.adapt;
  if (trainer.step() >= options.steps) return true;
  if (options.per_task_stop) return tasks_of_next_step(context).empty();
  return early_stop_reached(
      context.store.trajectory(), criterion_of(context.config), options.early_stop);
}

Round round_of(const Context& context, const StepRules& rules, int step) {
  auto tasks = tasks_of_step(context, step);
  if (rules.round) return rules.round(step, tasks);
  return {Stream::kAdapt, step, std::move(tasks), context.config.sampling.samples_per_task};
}

core::Json adapt_step_by_step(Context& context, const StepRules& rules) {
  Trainer trainer(context);
  auto round = round_of(context, rules, trainer.step());
  while (true) {
    const auto scored = trainer.score(round.tasks, round.samples, round.first_sample);
    if (!scored) break;
    if (ends_here(context, trainer)) break;
    const auto reading = rules.teacher ? rules.teacher(*scored) : TeacherReading{};
    round = round_of(context, rules, trainer.step() + 1);
    if (!trainer.update(*scored, true, round.tasks, reading)) break;
  }
  if (context.store.trajectory().steps.empty()) throw trainer.no_room();
  return trainer.budget();
}

Selection choose(const Context& context, const records::Trajectory& every) {
  const auto& options = context.config.adapt;
  const std::string criterion = criterion_of(context.config);
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

// Fresh rollouts from what was selected: the only unbiased estimate of it.
records::StepMetrics reevaluate(Context& context, const Selection& chosen) {
  std::map<int, std::vector<TaskPrompt>> by_step;
  for (const auto& task : context.tasks) by_step[step_of(chosen, task.task_id)].push_back(task);
  std::vector<records::JudgedRollout> judged;
  for (const auto& [step, tasks] : by_step) {
    context.learner.load(context.store.checkpoint_folder(step));
    const auto some = rollouts_of(
        context, {Stream::kFresh, step, tasks, context.config.adapt.reevaluate_samples});
    judged.insert(judged.end(), some.begin(), some.end());
  }
  return metrics_of(chosen.selected_step, judged);
}

core::Json per_task_fast_1(const records::StepMetrics& metrics) {
  return records::to_json(metrics).at("per_task_fast_1");
}

core::Json config_json(const config::ExperimentConfig& config) {
  core::Json json = core::Json::object();
  for (const auto& field : config::fields_of(config)) json[field.key] = field.value;
  return json;
}

// The counts of what was selected, each task at its own step.
records::StepMetrics selected_metrics(const Selection& chosen,
                                      const records::Trajectory& trajectory) {
  records::StepMetrics at;
  at.step_idx = chosen.selected_step;
  for (const auto& [task, counts] : trajectory.steps.front().tasks)
    at.tasks[task] =
        trajectory.steps.at(static_cast<std::size_t>(step_of(chosen, task))).tasks.at(task);
  return at;
}

core::Json boa_selected(const Context& context,
                        const Selection& chosen,
                        const records::Trajectory& trajectory,
                        const core::Json& fresh) {
  const auto at = selected_metrics(chosen, trajectory);
  core::Json all = core::Json::array(), checkpoint = nullptr;
  for (const auto& step : trajectory.steps) all.push_back(step.aggregate_fast_1());
  if (chosen.selected_step >= 0)
    checkpoint =
        core::fs::path(context.store.checkpoint_folder(chosen.selected_step)).filename().string();
  core::Json json = {
      {"schema_version", records::kSchemaVersion},
      {"algorithm", "best_of_adaptation"},
      {"selection_criterion", chosen.criterion},
      {"strategy", records::name_of(chosen.strategy)},
      {"selected_step", chosen.selected_step},
      {"selected_checkpoint", checkpoint},
      {"selected_metrics",
       {{"aggregate_fast_1", at.aggregate_fast_1()},
        {"aggregate_fast_1_strict", at.aggregate(&records::TaskCounts::fast_1_strict)},
        {"aggregate_correct", at.aggregate_correct()},
        {"per_task_fast_1", per_task_fast_1(at)}}},
      {"all_steps_fast_1", all},
      {"rollouts_spent", chosen.rollouts_spent},
      {"fresh", fresh},
      {"config", config_json(context.config)}};
  if (!chosen.per_task_step.empty()) json["per_task_step"] = chosen.per_task_step;
  return json;
}

bool same_choice(const Selection& a, const Selection& b) {
  return a.selected_step == b.selected_step && a.per_task_step == b.per_task_step;
}

}  // namespace

void run_steps(Context& context, const StepRules& rules) {
  const auto budget = adapt_step_by_step(context, rules);
  const auto& options = context.config.adapt;
  const std::string criterion = criterion_of(context.config);
  const auto trajectory = context.store.trajectory();
  auto selections = select_all(trajectory, criterion, options.early_stop, options.fixed_step);
  const auto chosen = choose(context, trajectory);
  core::Json fresh = nullptr;
  if (options.reevaluate_samples > 0) {
    const auto metrics = reevaluate(context, chosen);
    fresh = records::to_json(metrics);
    for (auto& selection : selections) {
      if (!same_choice(selection, chosen)) continue;
      selection.fresh_score = score_of(metrics, criterion);
      selection.fresh_n = metrics.n_samples();
    }
  }
  core::Json rows = core::Json::array();
  for (const auto& selection : selections) rows.push_back(records::to_json(selection));
  context.store.write_result("boa_selected.json", boa_selected(context, chosen, trajectory, fresh));
  core::Json summary = {{"schema_version", records::kSchemaVersion},
                        {"method", rules.method},
                        {"criterion", criterion},
                        {"steps", trajectory.steps.size()},
                        {"early_stop", options.early_stop},
                        {"selected_step", chosen.selected_step},
                        {"selections", rows},
                        {"budget", budget},
                        {"fresh", fresh}};
  if (rules.report) rules.report(summary);
  context.store.write_result(rules.method + "_summary.json", summary);
}

}  // namespace vegttt::adapt
