// The probe of theta_0, and the list of what a run cost beyond its budget.
#include "outside_support.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/experiment/after_run.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

using core::Json;

Json probe_of(const AfterRun& work, const config::ExperimentConfig& config, std::size_t shared_by) {
  Parts parts = work.make_parts({config, "", work.threads});
  const int samples = work.folder.campaign().options.probe_samples;
  const auto metrics = adapt::probe({config,
                                     parts.tasks,
                                     *parts.sampler,
                                     *parts.learner,
                                     *parts.evaluator,
                                     work.observer,
                                     work.check_stop},
                                    samples);
  Json json = records::to_json(metrics);
  const auto tokens = metrics.more.find("completion_tokens");
  json["completion_tokens"] = tokens == metrics.more.end() ? 0.0 : tokens->second;
  json["seed"] = config.seed;
  json["samples_per_task"] = samples;
  json["shared_by"] = shared_by;  // runs: the probe was paid once for all of them
  return json;
}

Json reevaluation_of(const core::fs::path& run) {
  std::int64_t rollouts = 0, prompt_tokens = 0, completion_tokens = 0;
  core::for_each_json_line(run / "reevaluation.jsonl", [&](const Json& line) {
    ++rollouts;
    prompt_tokens += core::get_or<std::int64_t>(line, "prompt_tokens", 0);
    completion_tokens += core::get_or<std::int64_t>(line, "completion_tokens", 0);
  });
  return {{"rollouts", rollouts},
          {"evaluations", rollouts},
          {"prompt_tokens", prompt_tokens},
          {"completion_tokens", completion_tokens}};
}

Json retiming_of(const core::fs::path& run) {
  std::int64_t evaluations = 0;
  core::for_each_json_line(run / "best_kernels.jsonl", [&](const Json& line) {
    evaluations += core::get<std::int64_t>(line.at("fresh"), "repeats");
  });
  return {{"evaluations", evaluations}};
}

Json probe_cost_of(const core::fs::path& run) {
  const auto file = run / "probe.json";
  if (!core::fs::exists(file)) return {{"rollouts", 0}};
  const auto probe = core::parse_json(core::read_file(file), file.string());
  return {{"rollouts", core::get_or<std::int64_t>(probe, "n_samples", 0)},
          {"evaluations", core::get_or<std::int64_t>(probe, "n_samples", 0)},
          {"completion_tokens", core::get_or<double>(probe, "completion_tokens", 0)},
          {"shared_by", core::get_or<std::int64_t>(probe, "shared_by", 1)}};
}

}  // namespace

void probe_theta_0(const AfterRun& work, const std::vector<const PlannedRun*>& runs) {
  if (work.folder.campaign().options.probe_samples == 0) return;
  const auto groups = groups_of(runs, probe_key);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::string probe;
    std::vector<core::fs::path> lacking;
    for (const auto* run : groups[i]) {
      const auto file = work.folder.run_path(*run) / "probe.json";
      if (core::fs::exists(file))
        probe = core::read_file(file);
      else
        lacking.push_back(file);
    }
    if (lacking.empty()) continue;
    work.check_stop();
    work.observer.outside_budget("probe of theta_0", i, groups.size());
    if (probe.empty())
      probe = core::dump_json(
                  probe_of(work, groups[i].front()->experiment.values, groups[i].size()), 2) +
              "\n";
    for (const auto& file : lacking) core::write_file_atomically(file, probe);
  }
}

void list_outside_budget(const AfterRun& work, const std::vector<const PlannedRun*>& runs) {
  for (const auto* run : runs) {
    const auto path = work.folder.run_path(*run);
    const Json outside = {{"schema_version", records::kSchemaVersion},
                          {"reevaluation", reevaluation_of(path)},
                          {"best_kernels_anew", retiming_of(path)},
                          {"probe", probe_cost_of(path)}};
    core::write_file_atomically(path / "outside.json", core::dump_json(outside, 2) + "\n");
  }
}

}  // namespace vegttt::experiment
