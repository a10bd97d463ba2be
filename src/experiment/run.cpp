#include "vegttt/experiment/run.h"

#include <cmath>

#include "vegttt/adapt/methods.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "vegttt/experiment/replay.h"

namespace vegttt::experiment {
namespace {

using core::fs::path;

constexpr std::size_t kLongestName = 200;  // file systems allow 255, and some is added to it

// Ends the run at the next safe point: after a signal, or when its time is over.
std::function<void()> stop_check(double max_minutes) {
  const double deadline_s = max_minutes > 0 ? core::now_s() + 60 * max_minutes : INFINITY;
  return [deadline_s] {
    core::throw_if_stopped();
    if (core::now_s() > deadline_s)
      throw core::Stopped(core::ExitCode::kEndedEarly, "time is over (--max-minutes)");
  };
}

std::string progress_text(const RunDirectory& run) {
  const auto steps = run.trajectory().steps.size();
  const int step = static_cast<int>(steps);
  const auto judged = run.judged(adapt::Stream::kAdapt, step).size();
  std::string text = std::to_string(steps) + (steps == 1 ? " step" : " steps") + " complete";
  if (judged > 0)
    text += ", " + std::to_string(judged) + " rollouts of step " + std::to_string(step);
  return text;
}

Parts parts_of(const RunDirectory& run, const PartsFactory& make_parts) {
  const auto& facts = run.facts();
  Parts parts = make_parts({run.loaded().values,
                            (run.path() / "kernels").string(),
                            facts.threads,
                            !facts.replay.empty()});
  if (!facts.replay.empty()) parts.evaluator = std::make_unique<ReplayEvaluator>(facts.replay);
  return parts;
}

// What the policy reads, for `show`: the prompt files may change later.
void keep_prompts(RunDirectory& run, const std::vector<adapt::TaskPrompt>& tasks) {
  if (core::fs::exists(run.path() / "prompts.json")) return;
  core::Json prompts = core::Json::object();
  for (const auto& task : tasks)
    prompts[task.task_id] = {
        {"hash", task.prompt.hash}, {"system", task.prompt.system}, {"user", task.prompt.user}};
  run.write_result("prompts.json", prompts);
}

// After a failure that may be the disk's: its message must not be lost to that of a second one.
void save_ledger_if_possible(RunDirectory& run) {
  try {
    run.save_ledger();
  } catch (const core::MachineError&) {
  }
}

path continue_run(RunDirectory& run,
                  const RunRequest& request,
                  const PartsFactory& make_parts,
                  adapt::Observer& observer) {
  run.begin_attempt(request.argv);
  Parts parts = parts_of(run, make_parts);
  keep_prompts(run, parts.tasks);
  adapt::Context context{run.loaded().values,
                         parts.tasks,
                         *parts.sampler,
                         *parts.learner,
                         *parts.evaluator,
                         run,
                         observer,
                         stop_check(request.max_minutes),
                         parts.trained_on};
  try {
    adapt::run_method(context);
  } catch (const core::Stopped& stopped) {
    run.save_ledger();
    const std::string what = std::string(stopped.what()) + ": " + progress_text(run);
    core::log_in_file(core::LogLevel::kInfo, what);
    throw core::Stopped(stopped.code(),
                        what + ". Saved. Continue with: vegttt resume " + run.path().string());
  } catch (const std::exception& error) {
    core::log_in_file(core::LogLevel::kError, error.what());
    save_ledger_if_possible(run);
    throw;
  }
  run.save_ledger();
  return run.path();
}

// A new run that failed before its first rollout (a missing model, a bad task) leaves its name
// free.
bool holds_no_rollout(const path& run) {
  return !core::fs::exists(run / "rollouts.jsonl") && !core::fs::exists(run / "sampled.jsonl");
}

void discard_if_empty(std::unique_ptr<RunDirectory> run) {
  const path folder = run->path();
  run.reset();
  std::error_code ignored;
  if (holds_no_rollout(folder)) core::fs::remove_all(folder, ignored);
}

void say_how_to_go_on(const path& run) {
  if (!holds_no_rollout(run))
    core::warn("what was finished is saved; when the cause is gone: vegttt resume " + run.string());
}

// Moves an old run aside under the first free number.
void move_aside(const path& run) {
  { RunDirectory::open(run); }  // refuses while another process works on it
  for (int number = 1;; ++number) {
    path aside = run;
    aside += ".old-" + std::to_string(number);
    if (core::fs::exists(aside)) continue;
    std::error_code error;
    core::fs::rename(run, aside, error);
    if (error) throw core::MachineError(run.string() + ": " + error.message(), "rename");
    core::info("moved the earlier run to " + aside.string());
    return;
  }
}

}  // namespace

path run_path(const config::LoadedExperiment& loaded, const RunRequest& request) {
  std::string name = request.name.empty() ? loaded.values.name : request.name;
  if (name.empty()) {
    name = path(loaded.file).stem().string();
    if (loaded.values.adapt.method != config::ExperimentConfig{}.adapt.method)
      name += "-" + loaded.values.adapt.method;
    name += "-s" + std::to_string(loaded.values.seed);
  }
  if (name.find('/') != std::string::npos || name == "." || name == "..")
    throw core::UserError("'" + name + "' cannot be the name of a folder", "name");
  if (name.size() > kLongestName)
    throw core::UserError("the name of the run has " + std::to_string(name.size()) +
                              " bytes, at most " + std::to_string(kLongestName) + " are possible",
                          "name",
                          "a shorter --name");
  return path(request.out) / name;
}

path run_experiment(const config::LoadedExperiment& loaded,
                    const RunRequest& request,
                    const PartsFactory& make_parts,
                    adapt::Observer& observer) {
  const path folder = run_path(loaded, request);
  if (core::fs::exists(folder) && request.if_exists == "resume") {
    const auto run = RunDirectory::open(folder);
    require_same_experiment(folder, loaded);
    if (run->finished()) {
      core::info("this run is finished: nothing is left to do");
      return folder;
    }
    return continue_run(*run, request, make_parts, observer);
  }
  if (core::fs::exists(folder) && request.if_exists == "replace") move_aside(folder);
  const std::string replay =
      request.replay.empty() ? "" : core::fs::absolute(request.replay).string();
  if (!replay.empty())
    ReplayEvaluator check(replay);  // a wrong folder is found before the run exists
  auto run = RunDirectory::create(folder,
                                  loaded,
                                  {loaded.values.adapt.method, replay, request.threads},
                                  describe_environment(request.threads));
  try {
    return continue_run(*run, request, make_parts, observer);
  } catch (const core::Stopped&) {
    throw;
  } catch (...) {
    say_how_to_go_on(folder);
    discard_if_empty(std::move(run));
    throw;
  }
}

path resume_experiment(const path& folder,
                       const RunRequest& request,
                       const PartsFactory& make_parts,
                       adapt::Observer& observer) {
  if (core::fs::exists(folder / "rescored.json"))
    throw core::UserError("holds old kernels with new verdicts: nothing is sampled for it",
                          folder.string(),
                          "the vegttt rescore that made it, once more");
  const auto run = RunDirectory::open(folder);
  if (run->finished()) {
    core::info("this run is finished: nothing is left to do");
    return folder;
  }
  return continue_run(*run, request, make_parts, observer);
}

}  // namespace vegttt::experiment
