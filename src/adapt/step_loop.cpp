#include "step_loop.h"

#include <algorithm>

#include "vegttt/adapt/select.h"
#include "vegttt/adapt/selected.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::Selection;

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

// Every task is taken from the same step.
bool same_choice(const Context& context, const Selection& a, const Selection& b) {
  return std::all_of(context.tasks.begin(), context.tasks.end(), [&](const TaskPrompt& task) {
    return step_of(a, task.task_id) == step_of(b, task.task_id);
  });
}

}  // namespace

void run_steps(Context& context, const StepRules& rules) {
  const auto budget = adapt_step_by_step(context, rules);
  const auto& options = context.config.adapt;
  const std::string criterion = criterion_of(context.config);
  const auto chosen = chosen_by(options, criterion, context.store.trajectory());
  std::optional<records::StepMetrics> fresh;
  if (options.reevaluate_samples > 0) fresh = reevaluate(context, chosen);
  const auto results =
      step_results(context.config, criterion, context.store, [&](const Selection& selection) {
        return same_choice(context, selection, chosen) ? fresh : std::nullopt;
      });
  context.store.write_result("boa_selected.json", results.boa);
  core::Json summary = {{"schema_version", records::kSchemaVersion}, {"method", rules.method}};
  summary.update(results.summary);
  summary["budget"] = budget;
  if (rules.report) rules.report(summary);
  context.store.write_result(rules.method + "_summary.json", summary);
}

}  // namespace vegttt::adapt
