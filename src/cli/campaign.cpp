#include "campaign.h"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "progress.h"
#include "vegttt/core/log.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/assemble.h"
#include "vegttt/experiment/campaign_run.h"
#include "vegttt/experiment/plan.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/report/campaign.h"
#include "vegttt/report/formats.h"
#include "vegttt/report/paper.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using experiment::PlannedRun;

class CampaignProgress : public experiment::CampaignObserver {
 public:
  CampaignProgress(const std::string& mode, bool json) : progress_(mode, json), json_(json) {}

  void run_begins(const PlannedRun& run, std::size_t number, std::size_t of) override {
    core::info("run " + std::to_string(number) + "/" + std::to_string(of) + "  " + run.folder);
    if (json_)
      std::cout << core::dump_json(
                       {{"event", "run"}, {"run", run.folder}, {"number", number}, {"of", of}})
                << std::endl;
  }
  void outside_budget(const std::string& what, std::size_t done, std::size_t of) override {
    if (done == 0) core::info("outside of the budget: " + what);
    if (done == of) core::debug(what + ": done");
  }
  void progress(int step, adapt::Stage stage, int done, int total) override {
    progress_.progress(step, stage, done, total);
  }
  void step_done(const records::StepMetrics& metrics) override { progress_.step_done(metrics); }
  void note(const std::string& line) override { progress_.note(line); }

 private:
  Progress progress_;
  bool json_;
};

bool holds(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

// The runs that the tables asked for are made from. Where no subset has the name that a table
// wants, any will do.
std::function<bool(const PlannedRun&)> wanted_by(const experiment::Campaign& campaign) {
  const auto ids = paper_ids(campaign.asked);
  if (ids.empty() || holds(campaign.asked, "paper/all")) return {};
  std::vector<std::string> subsets;
  for (const auto& run : campaign.runs) subsets.push_back(run.subset);
  return [ids, subsets](const PlannedRun& run) {
    return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
      const auto& item = report::paper_item(id);
      const bool named = std::any_of(item.subsets.begin(),
                                     item.subsets.end(),
                                     [&](const auto& one) { return holds(subsets, one); });
      return holds(item.methods, run.experiment.values.adapt.method) &&
             (!named || holds(item.subsets, run.subset));
    });
  };
}

experiment::CampaignRequest request_of(const experiment::Campaign& campaign,
                                       const CampaignFlags& flags,
                                       const CommonOptions& common) {
  experiment::CampaignRequest request;
  request.out = flags.out;
  request.name = flags.name;
  request.max_minutes = flags.max_minutes;
  request.threads = common.threads;
  request.argv = common.argv;
  request.wanted = wanted_by(campaign);
  return request;
}

std::vector<const PlannedRun*> wanted_runs(const experiment::Campaign& campaign,
                                           const experiment::CampaignRequest& request) {
  std::vector<const PlannedRun*> runs;
  for (const auto& run : campaign.runs) {
    if (!request.wanted || request.wanted(run)) runs.push_back(&run);
  }
  return runs;
}

// Everything that can be found wrong before anything is sampled: once for runs that differ in
// nothing that is looked at. Returns the number of tasks by run.
std::vector<int> check_runs(const std::vector<const PlannedRun*>& runs) {
  std::map<std::string, int> tasks_of;
  std::vector<int> tasks;
  for (const auto* run : runs) {
    std::string key;
    for (const auto& field : config::fields_of(run->experiment.values)) {
      for (const char* group : {"tasks.", "policy.", "prompt.", "evaluate.", "adapt.method"}) {
        if (core::starts_with(field.key, group)) key += field.key + field.value + "\n";
      }
    }
    if (tasks_of.count(key) == 0) {
      tasks_of[key] = experiment::check_parts(run->experiment.values);
      policy::check_local(run->experiment.values.policy);
    }
    tasks.push_back(tasks_of[key]);
  }
  if (!runs.empty()) experiment::check_compiler(runs.front()->experiment.values);
  return tasks;
}

void print(const std::vector<report::Table>& tables,
           const std::string& format,
           const CommonOptions& common) {
  const auto kind = common.json ? report::Format::kJson : report::format_from_name(format);
  for (const auto& table : tables) std::cout << "\n" << report::render(table, kind);
}

void write_drawn(const std::vector<std::string>& ids,
                 const report::Campaign* campaign,
                 const core::fs::path& folder) {
  for (const auto& id : ids) {
    if (!report::paper_item(id).figure) continue;
    core::make_folder(folder);
    const auto files = report::draw_figure(id, campaign);
    core::write_file_atomically(folder / (files.name + ".svg"), files.svg);
    core::write_file_atomically(folder / (files.name + ".pdf"), files.pdf);
  }
}

void print_results(const core::fs::path& folder,
                   const std::vector<std::string>& asked,
                   const CampaignFlags& flags,
                   const CommonOptions& common) {
  const auto campaign = report::read_campaign(folder);
  std::vector<report::Table> tables;
  if (asked.empty() || holds(asked, "paper/all")) tables = report::campaign_tables(campaign);
  for (const auto& id : paper_ids(asked)) tables.push_back(report::reproduce(id, &campaign));
  core::make_folder(folder / "tables");
  report::write_tables(folder / "tables",
                       tables,
                       {report::Format::kMarkdown, report::Format::kLatex, report::Format::kCsv});
  write_drawn(paper_ids(asked), &campaign, folder / "tables");
  if (!flags.figures.empty()) write_drawn(paper_ids(asked), &campaign, flags.figures);
  print(tables, flags.format, common);
  if (const auto tuned = report::tuned_yaml(campaign); !tuned.empty()) {
    core::write_file_atomically(folder / "tuned.yaml", tuned);
    core::info("what won: " + (folder / "tuned.yaml").string() +
               "  (for another campaign: --tuned)");
  }
}

}  // namespace

std::vector<std::string> paper_ids(const std::vector<std::string>& list) {
  std::vector<std::string> ids;
  for (const auto& id : list) {
    if (id != "paper/all") {
      ids.push_back(report::paper_item(id).id);
      continue;
    }
    for (const auto& item : report::paper_items()) ids.push_back(item.id);
  }
  return ids;
}

ExitCode print_from_counts(const std::vector<std::string>& ids,
                           const CampaignFlags& flags,
                           const CommonOptions& common) {
  std::vector<report::Table> tables;
  for (const auto& id : ids) tables.push_back(report::reproduce(id));
  if (!flags.figures.empty()) write_drawn(ids, nullptr, flags.figures);
  print(tables, flags.format, common);
  return ExitCode::kDone;
}

ExitCode plan_campaign(const experiment::Campaign& campaign,
                       const CampaignFlags& flags,
                       const CommonOptions& common) {
  const auto request = request_of(campaign, flags, common);
  const auto folder = experiment::campaign_path(campaign, request);
  const auto runs = wanted_runs(campaign, request);
  const auto tasks = check_runs(runs);
  core::TextTable table({"run", "state", "tasks", "rollouts", "evaluations", "updates"},
                        {false, false, true, true, true, true});
  core::Json rows = core::Json::array();
  double seconds = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto state = experiment::state_of(folder / runs[i]->folder);
    const auto cost = experiment::cost_of(runs[i]->experiment.values, tasks[i], flags.out);
    if (state != experiment::RunState::kDone) seconds += cost.seconds;
    table.add({runs[i]->folder,
               name_of(state),
               std::to_string(cost.tasks),
               std::to_string(cost.rollouts),
               std::to_string(cost.evaluations),
               std::to_string(cost.updates)});
    rows.push_back({{"run", runs[i]->folder},
                    {"state", name_of(state)},
                    {"tasks", cost.tasks},
                    {"rollouts", cost.rollouts},
                    {"evaluations", cost.evaluations},
                    {"updates", cost.updates}});
  }
  if (common.json) {
    std::cout << core::dump_json({{"event", "plan"},
                                  {"campaign", folder.string()},
                                  {"seconds", seconds > 0 ? core::Json(seconds) : nullptr},
                                  {"runs", rows}})
              << "\n";
    return ExitCode::kDone;
  }
  std::cout << "campaign " << folder.string() << "\n" << table.plain();
  std::cout << runs.size() << " runs";
  if (seconds > 0)
    std::cout << ", what is missing takes about " << std::ceil(seconds / 60) << " min";
  std::cout << "\nnothing was written\n";
  return ExitCode::kDone;
}

ExitCode do_campaign(const experiment::Campaign& campaign,
                     const CampaignFlags& flags,
                     const CommonOptions& common) {
  const auto request = request_of(campaign, flags, common);
  const auto folder = experiment::campaign_path(campaign, request);
  const auto runs = wanted_runs(campaign, request);
  if (runs.empty()) {
    core::info("no run of this campaign is needed for what was asked");
    return print_from_counts(paper_ids(campaign.asked), flags, common);
  }
  check_runs(runs);
  for (const auto& line : evaluate::probe_confinement().missing)
    core::warn("candidates are less confined here: " + line);
  core::info("campaign " + folder.string() + ", " + std::to_string(runs.size()) + " runs");
  CampaignProgress progress(flags.progress, common.json);
  experiment::run_campaign(campaign, request, experiment::shared_parts(), progress);
  print_results(folder, campaign.asked, flags, common);
  core::info("campaign " + folder.string());
  return ExitCode::kDone;
}

}  // namespace vegttt::cli
