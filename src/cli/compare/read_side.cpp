#include <algorithm>
#include <set>

#include "compare/side.h"
#include "config_difference.h"
#include "run_folders.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using core::fs::path;

// Keys in which the runs of one side may differ.
bool may_differ(const std::string& key) {
  static const std::set<std::string> keys = {"name",
                                             "description",
                                             "seed",
                                             "tasks.ids",
                                             "tasks.split_seed",
                                             "tasks.offset",
                                             "tasks.count"};
  return keys.count(key) > 0;
}

// Folders of the runs that a campaign calls by this label.
std::vector<path> labelled_runs(const path& campaign, const std::string& label) {
  const path file = campaign / "campaign.json";
  const auto json = core::parse_json(core::read_file(file), file.string());
  std::vector<path> folders;
  std::set<std::string> labels;
  for (const auto& run : json.at("runs")) {
    labels.insert(core::get<std::string>(run, "label", file.string()));
    const path folder = campaign / core::get<std::string>(run, "folder", file.string());
    if (run.at("label") == label && is_run(folder)) folders.push_back(folder);
  }
  if (labels.count(label) == 0)
    throw core::UserError("has no runs labelled '" + label + "'" +
                              core::did_you_mean(label, {labels.begin(), labels.end()}),
                          campaign.string(),
                          "one of: " + core::join({labels.begin(), labels.end()}, ", "));
  return folders;
}

std::vector<path> folders_of(const std::string& name) {
  const auto colon = name.rfind(':');
  if (colon != std::string::npos && core::fs::exists(path(name.substr(0, colon)) / "campaign.json"))
    return labelled_runs(name.substr(0, colon), name.substr(colon + 1));
  return find_runs(name);
}

void require_one_experiment(const Side& side) {
  for (const auto& run : side.runs) {
    for (const auto& one : differences(side.runs.front().config, run.config)) {
      if (may_differ(one.key)) continue;
      throw core::UserError("holds runs that differ in more than seeds: " + one.key + " is " +
                                one.a + " in " + side.runs.front().path.filename().string() +
                                " and " + one.b + " in " + run.path.filename().string(),
                            side.name,
                            "name the runs of one method; of a campaign: CAMPAIGN:LABEL");
    }
  }
}

void warn_of(const report::RunRecords& run, std::vector<std::string>& warnings) {
  const std::string name = run.path.string();
  if (run.summary.is_null()) warnings.push_back(name + " is not finished");
  if (!core::fs::exists(run.path / "best_kernels.jsonl"))
    warnings.push_back("best kernels of " + name +
                       " were not timed anew: the best of noisy times is too good");
  const bool fresh = run.summary.contains("fresh") && !run.summary.at("fresh").is_null();
  if (!fresh && run.summary.contains("selected_step"))
    warnings.push_back(name +
                       " has no fresh samples: its rates are those of the step that was selected "
                       "for them, and so too high");
}

}  // namespace

Side read_side(const std::string& name) {
  Side side{name, {}, {}};
  for (const auto& folder : folders_of(name)) side.runs.push_back(report::read_run(folder));
  if (side.runs.empty())
    throw core::UserError("is no run and holds none", name, "name a folder like runs/NAME");
  require_one_experiment(side);
  for (const auto& run : side.runs) warn_of(run, side.warnings);
  return side;
}

}  // namespace vegttt::cli
