// The probe of theta_0.
#include "outside_support.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/clock.h"
#include "vegttt/experiment/after_run.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {
namespace {

using core::Json;

std::int64_t prompt_tokens_of(const std::vector<adapt::TaskPrompt>& tasks) {
  std::int64_t tokens = 0;
  for (const auto& task : tasks) tokens += static_cast<std::int64_t>(task.tokens.size());
  return tokens;
}

Json probe_of(const AfterRun& work, const config::ExperimentConfig& config, std::size_t shared_by) {
  Parts parts = work.make_parts({config, "", work.threads});
  const int samples = work.folder.campaign().options.probe_samples;
  const core::Stopwatch watch;
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
  json["prompt_tokens"] = samples * prompt_tokens_of(parts.tasks);
  json["completion_tokens"] = tokens == metrics.more.end() ? 0.0 : tokens->second;
  json["device_s"] = watch.elapsed_s();
  json["seed"] = config.seed;
  json["samples_per_task"] = samples;
  json["shared_by"] = shared_by;  // runs: the probe was paid once for all of them
  return json;
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

}  // namespace vegttt::experiment
