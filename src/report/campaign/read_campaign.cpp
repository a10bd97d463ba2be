#include <algorithm>

#include "checks.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/report/campaign.h"

namespace vegttt::report {
namespace {

BestKernel best_kernel_of(const core::Json& json) {
  const std::string where = "best_kernels.jsonl";
  BestKernel best;
  best.task = core::get<std::string>(json, "task", where);
  best.theta_step = core::get_or(json, "theta_step", -1);
  best.sample = core::get_or(json, "sample", -1);
  best.code_hash = core::get_or<std::string>(json, "code_hash", "");
  best.found_speedup = core::get_or(json, "found_speedup", 1.0);
  const auto fresh = core::get<core::Json>(json, "fresh", where);
  best.speedup = core::get<double>(fresh, "speedup", where);
  best.low = core::get_or(fresh, "low", best.speedup);
  best.high = core::get_or(fresh, "high", best.speedup);
  best.status = core::get_or<std::string>(fresh, "status", "");
  best.repeats = core::get_or(fresh, "repeats", 0);
  return best;
}

void read_files_of(const core::fs::path& folder, CampaignRun& run) {
  run.records = read_run(folder);
  core::for_each_json_line(folder / "best_kernels.jsonl", [&](const core::Json& line) {
    const auto best = best_kernel_of(line);
    run.best[best.task] = best;
  });
  if (const auto file = folder / "outside.json"; core::fs::exists(file))
    run.outside = core::parse_json(core::read_file(file), file.string());
  const auto probe = folder / "probe.json";
  if (!core::fs::exists(probe)) return;
  const auto json = core::parse_json(core::read_file(probe), probe.string());
  run.probe = records::step_metrics_from_json(json).tasks;
  run.probe_seed = core::get_or<std::int64_t>(json, "seed", 0);
}

CampaignRun run_of(const core::Json& json, const core::fs::path& campaign) {
  const std::string where = (campaign / "campaign.json").string();
  CampaignRun run;
  run.label = core::get<std::string>(json, "label", where);
  run.method = core::get<std::string>(json, "method", where);
  run.subset = core::get<std::string>(json, "subset", where);
  run.task_seed = core::get<std::int64_t>(json, "task_seed", where);
  run.sample_seed = core::get<std::int64_t>(json, "sample_seed", where);
  run.folder = core::get<std::string>(json, "folder", where);
  run.state = core::get<std::string>(json, "state", where);
  const auto folder = campaign / run.folder;
  // The file may be older than the folders of a campaign in progress.
  if (!core::fs::exists(folder / "config.yaml"))
    run.state = "missing";
  else
    read_files_of(folder, run);
  return run;
}

std::vector<std::string> different(const std::vector<CampaignRun>& runs,
                                   std::string CampaignRun::*member) {
  std::vector<std::string> found;
  for (const auto& run : runs) {
    if (std::find(found.begin(), found.end(), run.*member) == found.end())
      found.push_back(run.*member);
  }
  return found;
}

}  // namespace

std::vector<std::string> Campaign::labels() const { return different(runs, &CampaignRun::label); }
std::vector<std::string> Campaign::subsets() const { return different(runs, &CampaignRun::subset); }

std::vector<std::string> Campaign::missing() const {
  std::vector<std::string> lines;
  for (const auto& run : runs) {
    if (!run.done()) lines.push_back(text_of(run) + ": " + run.state);
  }
  return lines;
}

Campaign read_campaign(const core::fs::path& folder) {
  const auto file = folder / "campaign.json";
  if (!core::fs::exists(file))
    throw core::UserError("is not the folder of a campaign: campaign.json is missing",
                          folder.string(),
                          "name a folder like runs/NAME");
  const auto json = core::parse_json(core::read_file(file), file.string());
  Campaign campaign;
  campaign.path = folder;
  campaign.name = core::get_or<std::string>(json, "name", "");
  campaign.title = core::get_or<std::string>(json, "title", "");
  campaign.estimand = core::get_or<std::string>(json, "estimand", "");
  campaign.tunes = core::get_or<bool>(json, "tunes", false);
  const auto budget = core::get_or<core::Json>(json, "budget", core::Json::object());
  for (const auto& [kind, value] : budget.items()) campaign.budget[kind] = value.get<double>();
  const auto runs = core::get<core::Json>(json, "runs", file.string());
  for (const auto& run : runs) campaign.runs.push_back(run_of(run, folder));
  refuse_doubled_runs(campaign);
  refuse_mixed_configs(campaign);
  return campaign;
}

}  // namespace vegttt::report
