// TTT-Discover: verified kernels are starting points of later rollouts, chosen by PUCT; with
// learn.advantage entropic its objective. The tree is no state of its own: it is computed from the
// rollouts of the run, so a resumed run has the same one. Left out: token forcing, early rejection
// by text, the re-verification of twenty best states (campaigns time the best kernel anew).
#include <algorithm>
#include <cstdio>

#include "puct.h"
#include "step_loop.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/hash.h"

namespace vegttt::adapt {
namespace {

// A divisor was asked for by the config's constraints.
int samples_per_group(const config::ExperimentConfig& config) {
  return config.sampling.samples_per_task / config.discover.groups;
}

std::vector<records::JudgedRollout> of_group(
    const RunStore& store, int step, const std::string& task, int first, int samples) {
  std::vector<records::JudgedRollout> found;
  for (auto& one : store.judged(Stream::kAdapt, step)) {
    const auto& key = one.rollout.key;
    if (key.task_id == task && key.sample >= first && key.sample < first + samples)
      found.push_back(std::move(one));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.rollout.key < b.rollout.key;
  });
  return found;
}

// The tree after the rounds before `step`.
SearchTree tree_before(const Context& context, const std::string& task, int step) {
  const auto& options = context.config.discover;
  SearchTree tree(options.exploration, options.buffer, options.children);
  const int samples = samples_per_group(context.config);
  for (int s = 0; s < step; ++s) {
    const auto parents = tree.choose(options.groups);
    for (int g = 0; g < options.groups; ++g)
      tree.add(parents[static_cast<std::size_t>(g)],
               of_group(context.store, s, task, g * samples, samples));
  }
  return tree;
}

TaskPrompt starting_from(const Context& context, const TaskPrompt& task, const SearchState& state) {
  if (state.code.empty()) return task;
  char speedup[32];
  std::snprintf(speedup, sizeof speedup, "%.2f", state.value);
  TaskPrompt prompt = task;
  prompt.prompt.user += std::string("\n\nA correct kernel for this task, ") + speedup +
                        " times as fast as the reference:\n```cpp\n" + state.code +
                        "\n```\nWrite a faster one.";
  prompt.prompt.hash = core::short_hash(prompt.prompt.system + "\n" + prompt.prompt.user);
  prompt.tokens = context.sampler.encode_prompt(prompt.prompt.system, prompt.prompt.user);
  return prompt;
}

Round round_of(const Context& context, int step, const std::vector<TaskPrompt>& tasks) {
  const auto& options = context.config.discover;
  Round round{Stream::kAdapt, step, {}, samples_per_group(context.config)};
  for (const auto& task : tasks) {
    const auto tree = tree_before(context, task.task_id, step);
    const auto parents = tree.choose(options.groups);
    for (int g = 0; g < options.groups; ++g) {
      const auto place = static_cast<std::size_t>(parents[static_cast<std::size_t>(g)]);
      round.tasks.push_back(starting_from(context, task, tree.states()[place]));
      round.first_sample.push_back(g * round.samples);
    }
  }
  return round;
}

core::Json best_of(const Context& context, const TaskPrompt& task) {
  const auto tree =
      tree_before(context, task.task_id, static_cast<int>(context.store.trajectory().steps.size()));
  const int best = tree.best();
  core::Json lineage = core::Json::array();
  for (const int place : tree.lineage(best))
    lineage.push_back(tree.states()[static_cast<std::size_t>(place)].key.text());
  return {{"states", tree.states().size() - 1},
          {"best_speedup", tree.states()[static_cast<std::size_t>(best)].value},
          {"lineage", lineage}};
}

}  // namespace

void run_discover(Context& context) {
  StepRules rules;
  rules.method = "discover";
  rules.round = [&](int step, const std::vector<TaskPrompt>& tasks) {
    return round_of(context, step, tasks);
  };
  rules.report = [&](core::Json& summary) {
    core::Json search = core::Json::object();
    for (const auto& task : context.tasks) search[task.task_id] = best_of(context, task);
    summary["search"] = search;
  };
  run_steps(context, rules);
}

}  // namespace vegttt::adapt
