#include "launch.h"

#include <iostream>

#include "progress.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "vegttt/experiment/assemble.h"
#include "vegttt/experiment/device_memory.h"
#include "vegttt/experiment/plan.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/report/tables.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

experiment::RunRequest request_of(const RunOptions& options, const CommonOptions& common) {
  return {options.out,
          options.name,
          options.if_exists,
          options.replay,
          options.max_minutes,
          common.threads,
          common.argv};
}

void say_what_is_not_confined() {
  for (const auto& line : evaluate::probe_confinement().missing)
    core::warn("candidates are less confined here: " + line);
}

void emit(const CommonOptions& common, core::Json event) {
  if (common.json) std::cout << core::dump_json(event) << std::endl;
}

ExitCode dry_run(const config::LoadedExperiment& loaded,
                 const RunOptions& options,
                 const CommonOptions& common) {
  const auto folder = experiment::run_path(loaded, request_of(options, common));
  const int tasks = experiment::check_parts(loaded.values);
  if (options.replay.empty()) experiment::check_compiler(loaded.values);
  policy::check_local(loaded.values.policy);
  const auto cost = experiment::cost_of(loaded.values, tasks, options.out);
  const auto memory = experiment::device_memory_of(loaded.values);
  say_what_is_not_confined();
  if (common.json) {
    emit(common,
         {{"event", "plan"},
          {"run", folder.string()},
          {"tasks", cost.tasks},
          {"rollouts", cost.rollouts},
          {"evaluations", cost.evaluations},
          {"updates", cost.updates},
          {"device_memory", memory.text.empty() ? core::Json(nullptr) : memory.to_json()},
          {"seconds", cost.basis.empty() ? core::Json(nullptr) : core::Json(cost.seconds)}});
    return ExitCode::kDone;
  }
  std::cout << "run    " << folder.string() << (core::fs::exists(folder) ? " (exists already)" : "")
            << "\n"
            << "method " << loaded.values.adapt.method << ", " << loaded.values.evaluate.protocol
            << ", " << loaded.values.evaluate.dialect << ", " << loaded.values.tasks.size << "\n"
            << "plan   " << experiment::text_of(cost) << "\n"
            << (memory.text.empty() ? "" : "memory " + memory.text + "\n")
            << "nothing was written\n";
  return ExitCode::kDone;
}

ExitCode finish(const core::fs::path& run, const CommonOptions& common) {
  print_tables(run.string(), common);
  emit(common, {{"event", "done"}, {"run", run.string()}});
  core::info("run    " + run.string());
  return ExitCode::kDone;
}

}  // namespace

config::LoadedExperiment load(const std::string& file,
                              std::vector<std::string> overrides,
                              const RunOptions& options) {
  if (!options.device.empty()) overrides.push_back("policy.device=" + options.device);
  return config::load_experiment(file, overrides);
}

ExitCode launch(const config::LoadedExperiment& loaded,
                const RunOptions& options,
                const CommonOptions& common) {
  if (options.dry_run) return dry_run(loaded, options, common);
  const auto request = request_of(options, common);
  const auto folder = experiment::run_path(loaded, request);
  const int tasks = experiment::check_parts(loaded.values);
  const std::string plan =
      experiment::text_of(experiment::cost_of(loaded.values, tasks, options.out));
  say_what_is_not_confined();
  core::info("run    " + folder.string() + "\nplan   " + plan);
  emit(common,
       {{"event", "launch"}, {"run", folder.string()}, {"method", loaded.values.adapt.method}});
  Progress progress(options.progress, common.json);
  return finish(experiment::run_experiment(loaded, request, experiment::assemble, progress),
                common);
}

ExitCode continue_run(const std::string& run,
                      const RunOptions& options,
                      const CommonOptions& common) {
  say_what_is_not_confined();
  emit(common, {{"event", "launch"}, {"run", run}});
  Progress progress(options.progress, common.json);
  return finish(experiment::resume_experiment(
                    run, request_of(options, common), experiment::assemble, progress),
                common);
}

ExitCode probe_policy(const config::LoadedExperiment& loaded,
                      int samples,
                      const RunOptions& options,
                      const CommonOptions& common) {
  say_what_is_not_confined();
  auto parts = experiment::assemble({loaded.values, "", common.threads, false});
  Progress progress(options.progress, common.json);
  const auto metrics = adapt::probe({loaded.values,
                                     parts.tasks,
                                     *parts.sampler,
                                     *parts.learner,
                                     *parts.evaluator,
                                     progress,
                                     core::throw_if_stopped},
                                    samples);
  if (common.json) {
    emit(common, records::to_json(metrics));
    return ExitCode::kDone;
  }
  core::TextTable table({"task", "n", "compiled", "correct", "fast_1", "truncated", "different"},
                        {false, true, true, true, true, true, true});
  for (const auto& [task, counts] : metrics.tasks)
    table.add({task,
               std::to_string(counts.n),
               std::to_string(counts.compiled),
               std::to_string(counts.correct),
               std::to_string(counts.fast_1),
               std::to_string(counts.truncated),
               std::to_string(counts.distinct)});
  std::cout << step_line(metrics) << "\n" << table.plain();
  for (const auto& line : adapt::probe_warnings(metrics)) core::warn(line);
  return ExitCode::kDone;
}

void print_tables(const std::string& run, const CommonOptions& common) {
  const auto tables = report::tables_of(report::read_run(run));
  report::write_tables(run, tables);
  if (common.json) return;
  for (const auto& table : tables) std::cout << "\n" << report::plain_text(table);
}

}  // namespace vegttt::cli
