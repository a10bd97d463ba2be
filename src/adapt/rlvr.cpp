// Reinforcement learning from verified rewards over training tasks. One update per batch of tasks,
// no curriculum, no filtering of tasks; evaluation tasks are refused before this is called
// (experiment/tasks_of.cpp).
#include <algorithm>

#include "trainer.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {
namespace {

int batches_per_epoch(const config::AdaptOptions& options, int tasks) {
  return (tasks + options.tasks_per_batch - 1) / options.tasks_per_batch;
}

// The same batches in every epoch, as in the paper's code.
std::vector<TaskPrompt> batch_at(const Context& context, int step) {
  const int tasks = static_cast<int>(context.tasks.size());
  const int size = context.config.adapt.tasks_per_batch;
  const int first = (step % batches_per_epoch(context.config.adapt, tasks)) * size;
  return {context.tasks.begin() + first, context.tasks.begin() + std::min(first + size, tasks)};
}

}  // namespace

int rlvr_steps(const config::AdaptOptions& options, int tasks) {
  return options.epochs * batches_per_epoch(options, tasks);
}

void run_rlvr(Context& context) {
  const auto& options = context.config.adapt;
  const int steps = rlvr_steps(options, static_cast<int>(context.tasks.size()));
  Trainer trainer(context);
  while (trainer.step() < steps) {
    const int next = trainer.step() + 1;
    const auto scored =
        trainer.score(batch_at(context, trainer.step()), context.config.sampling.samples_per_task);
    // The last update need not be followed by a round: no score is wanted of it.
    const auto after = next == steps ? std::vector<TaskPrompt>{} : batch_at(context, next);
    if (!scored || !trainer.update(*scored, next == steps || next % options.save_every == 0, after))
      break;
  }
  if (context.store.latest_checkpoint() < trainer.step()) trainer.save_checkpoint();
  core::Json trained = core::Json::array();
  for (const auto& task : context.tasks) trained.push_back(task.task_id);
  context.store.write_result(
      "rlvr_summary.json",
      {{"schema_version", records::kSchemaVersion},
       {"method", "rlvr"},
       {"steps", trainer.step()},
       {"budget", trainer.budget()},
       {"final_checkpoint",
        core::fs::path(context.store.checkpoint_folder(trainer.step())).filename().string()},
       {"trained_on", trained}});
}

}  // namespace vegttt::adapt
