// Which tasks an experiment is about, and which it must not touch.
#include <algorithm>
#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/plan.h"

namespace vegttt::experiment {
namespace {

std::string level_1(int number) { return "L1/" + std::to_string(number); }

std::vector<std::string> ids_of_split(const config::TaskOptions& options,
                                      const tasks::Catalogue& catalogue) {
  std::vector<std::string> ids;
  if (options.split == "all") {
    for (const auto& task : catalogue.all()) ids.push_back(task.id);
    return ids;
  }
  const auto split = tasks::make_split(options.split_seed);
  for (const int number : options.split == "train" ? split.train : split.eval)
    ids.push_back(level_1(number));
  return ids;
}

std::vector<std::string> subset(const std::vector<std::string>& ids,
                                const config::TaskOptions& options) {
  const std::size_t first = std::min(ids.size(), static_cast<std::size_t>(options.offset));
  const std::size_t left = ids.size() - first;
  const std::size_t count =
      options.count == 0 ? left : std::min(left, static_cast<std::size_t>(options.count));
  if (count == 0)
    throw core::UserError("no task is left: the " + options.split + " split has " +
                              std::to_string(ids.size()) + ", the offset is " +
                              std::to_string(options.offset),
                          "tasks.offset");
  return {ids.begin() + static_cast<std::ptrdiff_t>(first),
          ids.begin() + static_cast<std::ptrdiff_t>(first + count)};
}

std::vector<std::string> in_both(const std::vector<std::string>& a,
                                 const std::vector<std::string>& b) {
  const std::set<std::string> known(b.begin(), b.end());
  std::vector<std::string> both;
  for (const auto& id : a) {
    if (known.count(id) > 0) both.push_back(id);
  }
  return both;
}

// The id of a task named by id or file. From here on ids are used, and one must not mean two tasks.
std::string id_of(const std::string& name, const tasks::Catalogue& catalogue) {
  const auto& task = catalogue.find(name);
  const auto& known = catalogue.find(task.id);
  if (&known == &task) return task.id;
  throw core::UserError("its id '" + task.id + "' is that of " + known.file + " as well",
                        task.file,
                        "tasks.ids=" + task.id + ", or another id in the file");
}

// A policy that has learnt from an evaluation task says nothing about it any more.
void refuse_training_on_evaluation(const config::ExperimentConfig& config,
                                   const std::vector<std::string>& ids) {
  if (config.adapt.method != "rlvr" || config.policy.allow_leak) return;
  std::vector<std::string> evaluation;
  for (const int number : tasks::make_split(config.tasks.split_seed).eval)
    evaluation.push_back(level_1(number));
  const auto leaked = in_both(ids, evaluation);
  if (leaked.empty()) return;
  throw core::UserError("rlvr would train on evaluation tasks of split seed " +
                            std::to_string(config.tasks.split_seed) + ": " +
                            core::join(leaked, ", "),
                        "tasks.split",
                        "tasks.split=train, or policy.allow_leak=true when that is meant");
}

void refuse_leak_of_init(const config::ExperimentConfig& config,
                         const std::vector<std::string>& ids) {
  if (config.adapt.method == "rlvr" || config.policy.allow_leak) return;
  const auto leaked = in_both(ids, tasks_behind_init(config));
  if (leaked.empty()) return;
  throw core::UserError("the adapter was trained on " + core::join(leaked, ", "),
                        "policy.init",
                        "other tasks, or policy.allow_leak=true when that is meant");
}

}  // namespace

std::vector<std::string> tasks_behind_init(const config::ExperimentConfig& config) {
  if (config.policy.init.empty()) return {};
  const core::fs::path folder = config.policy.init;
  if (!core::fs::exists(folder / "adapter_config.json"))
    throw core::UserError("'" + folder.string() + "' holds no adapter",
                          "policy.init",
                          "a folder like runs/NAME/checkpoints/step_040");
  const auto file = folder / "trainer_state.json";
  if (!core::fs::exists(file)) return {};  // made by another program: nothing is known
  if (!core::fs::exists(folder / "DONE"))
    throw core::UserError("'" + folder.string() + "' is half of a checkpoint: it has no DONE",
                          "policy.init",
                          "an earlier step of that run, or `vegttt resume` it first");
  return core::get<std::vector<std::string>>(
      core::parse_json(core::read_file(file), file.string()), "trained_on", file.string());
}

std::vector<std::string> tasks_of(const config::ExperimentConfig& config,
                                  const tasks::Catalogue& catalogue) {
  std::vector<std::string> ids;
  if (config.tasks.ids.empty()) {
    ids = subset(ids_of_split(config.tasks, catalogue), config.tasks);
  } else {
    for (const auto& name : config.tasks.ids) ids.push_back(id_of(name, catalogue));
  }
  std::set<std::string> seen;
  for (const auto& id : ids) {
    if (!seen.insert(id).second)
      throw core::UserError("task " + id + " is named twice", "tasks.ids");
    catalogue.find(id).dimensions(config.tasks.size);  // the size set exists
  }
  refuse_training_on_evaluation(config, ids);
  refuse_leak_of_init(config, ids);
  return ids;
}

}  // namespace vegttt::experiment
