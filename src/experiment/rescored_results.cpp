#include "rescored_results.h"

#include "vegttt/adapt/picks.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/adapt/selected.h"
#include "vegttt/core/stop.h"

namespace vegttt::experiment {
namespace {

using adapt::Stream;
using core::Json;
using records::JudgedRollout;
using records::Selection;
using records::StepMetrics;

// What each rule would pick now, timed once more: from the rollouts of step 0.
Json picks_of(RunDirectory& run,
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
  return adapt::picks_json(candidates, metrics, [&](const auto& picked) {
    return adapt::judge_again(judge, picked, [&] {
      ++run.ledger().evaluations;
      core::throw_if_stopped();
    });
  });
}

// The fresh rollouts of one task from one step.
std::vector<JudgedRollout> fresh_rollouts(const RunDirectory& run,
                                          int step,
                                          const std::string& task) {
  std::vector<JudgedRollout> found;
  for (auto& one : run.judged(Stream::kFresh, step)) {
    if (one.rollout.key.task_id == task) found.push_back(std::move(one));
  }
  return found;
}

// Only what the old run had selected was sampled again; now it may be another step.
std::optional<StepMetrics> fresh_of(const RunDirectory& run,
                                    const std::vector<std::string>& tasks,
                                    const Selection& selection) {
  std::vector<JudgedRollout> all;
  for (const auto& task : tasks) {
    const auto own = fresh_rollouts(run, adapt::step_of(selection, task), task);
    if (own.empty()) return std::nullopt;
    all.insert(all.end(), own.begin(), own.end());
  }
  return adapt::metrics_of(selection.selected_step, all);
}

Json steps_of(RunDirectory& run, const std::vector<std::string>& tasks) {
  const auto& config = run.loaded().values;
  const auto results = adapt::step_results(
      config, adapt::criterion_of(config), run, [&](const Selection& selection) {
        return fresh_of(run, tasks, selection);
      });
  run.write_result("boa_selected.json", results.boa);
  return results.summary;
}

}  // namespace

void write_rescored_results(RunDirectory& run,
                            const Json& old_summary,
                            const std::vector<std::string>& tasks,
                            evaluate::Evaluator& judge) {
  const std::string& method = run.facts().method;
  Json summary = old_summary;
  if (method == "best_of_n" || method == "power_sampling") {
    summary.update(picks_of(run, tasks, judge));
  } else if (method != "base" && method != "rlvr") {
    summary.update(steps_of(run, tasks));
  }
  // Steps of rlvr have other tasks each: there is nothing to select by.
  if (summary.contains("metrics"))
    summary["metrics"] = records::to_json(run.trajectory().steps.front());
  run.save_ledger();
  run.write_result(method + "_summary.json", summary);
}

}  // namespace vegttt::experiment
