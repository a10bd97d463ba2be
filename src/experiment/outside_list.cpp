// What a run cost beyond its budget, item by item. What the run itself spent there is taken from
// its ledger, which counts at the call site; the items are its parts.
#include <algorithm>

#include "outside_support.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/experiment/after_run.h"
#include "vegttt/records/compute.h"

namespace vegttt::experiment {
namespace {

using core::Json;

records::ComputeLedger ledger_of(const CampaignFolder& folder, const PlannedRun& run) {
  const auto file = folder.run_path(run) / (run.experiment.values.adapt.method + "_compute.json");
  return records::compute_ledger_from_json(core::parse_json(core::read_file(file), file.string()));
}

double seconds_of(const records::ComputeLedger& ledger, const char* stage) {
  const auto found = ledger.stage_s.find(stage);
  return found == ledger.stage_s.end() ? 0 : found->second;
}

// Fresh samples of what was selected.
Json reevaluation_of(const records::ComputeLedger& ledger, std::int64_t evaluations) {
  const auto& outside = ledger.outside;
  const double others_s = seconds_of(ledger, "confirm") + seconds_of(ledger, "diagnose");
  return {{"rollouts", outside.rollouts},
          {"evaluations", evaluations},
          {"prompt_tokens", outside.prompt_tokens},
          {"completion_tokens", outside.completion_tokens},
          {"device_s", std::max(0.0, outside.device_s - others_s)}};
}

std::int64_t lines_in(const core::fs::path& file) {
  std::int64_t lines = 0;
  core::for_each_json_line(file, [&](const Json&) { ++lines; });
  return lines;
}

Json retiming_of(const core::fs::path& run) {
  std::int64_t evaluations = 0;
  double seconds = 0;
  core::for_each_json_line(run / "best_kernels.jsonl", [&](const Json& line) {
    const auto& fresh = line.at("fresh");
    evaluations +=
        core::get_or<std::int64_t>(fresh, "asked", core::get<std::int64_t>(fresh, "repeats"));
    seconds += core::get_or<double>(fresh, "device_s", 0);
  });
  return {{"evaluations", evaluations}, {"device_s", seconds}};
}

Json probe_cost_of(const core::fs::path& run) {
  const auto file = run / "probe.json";
  if (!core::fs::exists(file)) return {{"rollouts", 0}};
  const auto probe = core::parse_json(core::read_file(file), file.string());
  return {{"rollouts", core::get_or<std::int64_t>(probe, "n_samples", 0)},
          {"evaluations", core::get_or<std::int64_t>(probe, "n_samples", 0)},
          {"prompt_tokens", core::get_or<std::int64_t>(probe, "prompt_tokens", 0)},
          {"completion_tokens", core::get_or<double>(probe, "completion_tokens", 0)},
          {"device_s", core::get_or<double>(probe, "device_s", 0)},
          {"shared_by", core::get_or<std::int64_t>(probe, "shared_by", 1)}};
}

Json outside_of(const CampaignFolder& folder, const PlannedRun& run) {
  const auto path = folder.run_path(run);
  const auto ledger = ledger_of(folder, run);
  const auto& asked = ledger.outside.evaluations;
  const bool both = ledger.stage_s.count("confirm") > 0;
  const auto fresh = both ? lines_in(path / "reevaluation.jsonl") : asked;
  return {{"schema_version", records::kSchemaVersion},
          {"reevaluation", reevaluation_of(ledger, fresh)},
          {"confirmations",
           {{"evaluations", asked - fresh}, {"device_s", seconds_of(ledger, "confirm")}}},
          {"diagnostics",
           {{"scored_tokens", ledger.outside.scored_tokens},
            {"device_s", seconds_of(ledger, "diagnose")}}},
          {"best_kernels_anew", retiming_of(path)},
          {"probe", probe_cost_of(path)}};
}

}  // namespace

void list_outside_budget(const AfterRun& work, const std::vector<const PlannedRun*>& runs) {
  for (const auto* run : runs)
    core::write_file_atomically(work.folder.run_path(*run) / "outside.json",
                                core::dump_json(outside_of(work.folder, *run), 2) + "\n");
}

}  // namespace vegttt::experiment
