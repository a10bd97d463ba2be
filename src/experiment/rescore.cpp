#include "vegttt/experiment/rescore.h"

#include <algorithm>
#include <map>
#include <set>

#include "outside_support.h"
#include "rescored_results.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

using adapt::Stream;
using core::fs::path;
using records::JudgedRollout;

constexpr const char* kFactsFile = "rescored.json";

void require_only_the_judge(const std::vector<std::string>& overrides) {
  for (const auto& text : overrides) {
    const std::string key = text.substr(0, text.find('='));
    if (core::starts_with(key, "evaluate.") || key == "tasks.size" || key == "tasks.reference")
      continue;
    throw core::UserError("'" + key + "' would change what was sampled",
                          "command line",
                          "keys of evaluate, tasks.size or tasks.reference");
  }
}

class Rescoring {
 public:
  Rescoring(const path& run, RunDirectory& to, Parts& parts, adapt::Observer& observer)
      : run_(run), to_(to), parts_(parts), observer_(observer) {}

  void judge(Stream stream, const std::string& file) {
    std::vector<JudgedRollout> open;
    for (auto& [step, rollouts] : by_step(read_rollouts(run_, file))) {
      const auto there = keys_of(to_.judged(stream, step));
      for (auto& one : rollouts) {
        if (there.count(one.rollout.key) == 0) open.push_back(std::move(one));
      }
    }
    std::vector<evaluate::Submission> submissions;
    for (const auto& one : open)
      submissions.push_back(
          {one.rollout.key.task_id, one.rollout.completion, "rescore/" + one.rollout.key.text()});
    std::vector<bool> judged(open.size(), false);
    std::size_t written = 0;
    int done = 0;
    parts_.evaluator->evaluate_all(submissions,
                                   [&](std::size_t i, const records::Evaluation& evaluation) {
                                     open[i].evaluation = evaluation;
                                     if (!evaluation.candidate_hash.empty())
                                       open[i].rollout.code_hash = evaluation.candidate_hash;
                                     judged[i] = true;
                                     for (; written < open.size() && judged[written]; ++written)
                                       to_.add_judged(stream, open[written]);
                                     ++to_.ledger().evaluations;
                                     observer_.progress(open[i].rollout.key.theta_step,
                                                        adapt::Stage::kEvaluate,
                                                        ++done,
                                                        static_cast<int>(open.size()));
                                     core::throw_if_stopped();
                                   });
    to_.save_ledger();
  }

  // What an update reported belongs to the step whatever the verdicts are.
  void add_steps() {
    const auto old = old_steps();
    for (const auto& before : old) {
      auto metrics =
          adapt::metrics_of(before.step_idx, to_.judged(Stream::kAdapt, before.step_idx));
      metrics.rollouts_so_far = before.rollouts_so_far;
      keep_what_was_learnt(before, metrics);
      to_.add_step(metrics, {});
      observer_.step_done(metrics);
    }
  }

 private:
  // Rewards were earned by the old verdicts; correlations with speedups are not the old ones.
  static void keep_what_was_learnt(const records::StepMetrics& before,
                                   records::StepMetrics& metrics) {
    for (const auto& [name, value] : before.more) {
      if (!core::starts_with(name, "spearman")) metrics.more.emplace(name, value);
    }
    for (auto& [task, counts] : metrics.tasks) {
      const auto old = before.tasks.find(task);
      if (old == before.tasks.end()) continue;
      counts.reward_sum = old->second.reward_sum;
      counts.flat_groups = old->second.flat_groups;
      counts.gradient_share = old->second.gradient_share;
    }
  }

  static std::map<int, std::vector<JudgedRollout>> by_step(std::vector<JudgedRollout> rollouts) {
    std::map<int, std::vector<JudgedRollout>> steps;
    for (auto& one : rollouts) steps[one.rollout.key.theta_step].push_back(std::move(one));
    return steps;
  }

  static std::set<records::RolloutKey> keys_of(const std::vector<JudgedRollout>& rollouts) {
    std::set<records::RolloutKey> keys;
    for (const auto& one : rollouts) keys.insert(one.rollout.key);
    return keys;
  }

  std::vector<records::StepMetrics> old_steps() const {
    std::vector<records::StepMetrics> steps;
    core::for_each_json_line(run_ / "metrics.jsonl", [&](const core::Json& line) {
      steps.push_back(records::step_metrics_from_json(line));
    });
    return steps;
  }

  const path& run_;
  RunDirectory& to_;
  Parts& parts_;
  adapt::Observer& observer_;
};

std::unique_ptr<RunDirectory> folder_for(const path& run,
                                         const path& folder,
                                         const config::LoadedExperiment& loaded,
                                         const RescoreRequest& request) {
  if (core::fs::exists(folder)) {
    if (!core::fs::exists(folder / kFactsFile))
      throw core::UserError("exists already and is no rescored run", folder.string(), "--name");
    require_same_experiment(folder, loaded);
    return RunDirectory::open(folder);
  }
  auto made = RunDirectory::create(folder,
                                   loaded,
                                   {loaded.values.adapt.method, "", request.threads},
                                   describe_environment(request.threads));
  made->write_result(kFactsFile,
                     {{"schema_version", records::kSchemaVersion},
                      {"rescored_from", core::fs::absolute(run).lexically_normal().string()},
                      {"overrides", request.overrides}});
  core::fs::copy_file(run / "prompts.json", folder / "prompts.json");
  return made;
}

core::Json old_summary(const path& run, const RunDirectory& to) {
  const auto file = run / (to.facts().method + "_summary.json");
  return core::parse_json(core::read_file(file), file.string());
}

}  // namespace

path rescored_path(const path& run, const RescoreRequest& request) {
  const path named = core::fs::absolute(run / ".").lexically_normal().parent_path();
  std::string name = request.name;
  if (name.empty()) {
    name = named.filename().string() + ".rescored";
    for (const auto& text : request.overrides) name += "-" + text.substr(text.find('=') + 1);
    std::replace(name.begin(), name.end(), '/', '-');
  }
  return run.has_filename() ? run.parent_path() / name : run.parent_path().parent_path() / name;
}

path rescore(const path& run,
             const RescoreRequest& request,
             const PartsFactory& make_parts,
             adapt::Observer& observer) {
  require_only_the_judge(request.overrides);
  if (state_of(run) != RunState::kDone)
    throw core::UserError("is not a finished run", run.string(), "vegttt resume " + run.string());
  const auto loaded = config::load_experiment((run / "config.yaml").string(), request.overrides);
  const path folder = rescored_path(run, request);
  const auto to = folder_for(run, folder, loaded, request);
  if (to->finished()) return folder;
  to->begin_attempt(request.argv);
  PartsRequest wanted{loaded.values, (folder / "kernels").string(), request.threads};
  wanted.only_evaluator = true;
  Parts parts = make_parts(wanted);
  Rescoring work(run, *to, parts, observer);
  work.judge(Stream::kAdapt, "rollouts.jsonl");
  work.judge(Stream::kFresh, "reevaluation.jsonl");
  work.add_steps();
  write_rescored_results(*to, old_summary(run, *to), tasks_of_run(run), *parts.evaluator);
  return folder;
}

}  // namespace vegttt::experiment
