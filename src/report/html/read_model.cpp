#include <algorithm>
#include <numeric>

#include "choose_kernels.h"
#include "model.h"
#include "read_rollouts.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

using core::Json;
using core::fs::path;

Json json_or_null(const path& file) {
  return core::fs::exists(file) ? core::parse_json(core::read_file(file), file.string()) : Json();
}

int lines_in(const path& file) {
  int count = 0;
  core::for_each_json_line(file, [&](const Json&) { ++count; });
  return count;
}

std::vector<std::string> text_lines(const path& file) {
  std::vector<std::string> lines;
  if (!core::fs::exists(file)) return lines;
  const std::string text = core::valid_utf8(core::read_file(file));
  for (const auto line : core::lines_of(text)) lines.emplace_back(line);
  return lines;
}

// "2026-11-23T20:49:45.279 warn ...": those of all attempts.
std::vector<std::string> warnings_of(const path& run) {
  std::vector<std::string> found;
  for (int attempt = 1;
       core::fs::exists(run / "logs" / ("attempt_" + std::to_string(attempt) + ".log"));
       ++attempt) {
    for (const auto& line :
         text_lines(run / "logs" / ("attempt_" + std::to_string(attempt) + ".log"))) {
      const auto words = core::split(line, ' ');
      if (words.size() > 1 &&
          (core::starts_with(words[1], "warn") || core::starts_with(words[1], "err")))
        found.push_back(line);
    }
  }
  return found;
}

void read_prompts(Run& run, std::map<std::string, Prompt>& prompts) {
  const Json json = json_or_null(run.records.path / "prompts.json");
  if (!json.is_object()) return;
  run.task_count = static_cast<int>(json.size());
  for (const auto& [task, prompt] : json.items())
    prompts[core::get_or<std::string>(prompt, "hash", "")] = {
        core::valid_utf8(core::get_or<std::string>(prompt, "system", "")),
        core::valid_utf8(core::get_or<std::string>(prompt, "user", ""))};
}

// Rollouts that the run makes when nothing stops it early; 0: not known beforehand.
int planned_rollouts(const Run& run) {
  const auto& config = run.records.config;
  const int per_step = run.task_count * config.sampling.samples_per_task;
  if (run.records.method == "base") return per_step;
  if (run.records.method == "best_of_n") return run.task_count * config.adapt.best_of_n_samples;
  if (run.records.method == "rlvr") return 0;
  return per_step * (config.adapt.steps + 1);
}

std::vector<records::Selection> selections_of(const RunRecords& records,
                                              const PageRequest& request) {
  std::vector<records::Selection> found;
  if (records.summary.contains("selections")) {
    found = report::selections_of(records);
  } else if (request.select && records.trajectory.steps.size() > 1) {
    found = request.select(records);
  }
  return found;
}

std::string folder_name(const path& folder) {
  const path whole = core::fs::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

Run read_facts(RunRecords records,
               const PageRequest& request,
               std::map<std::string, Prompt>& prompts) {
  Run run;
  run.records = std::move(records);
  const path& folder = run.records.path;
  run.name = folder_name(folder);
  run.task_seed = run.records.config.tasks.split_seed;
  run.selections = selections_of(run.records, request);
  run.commands = text_lines(folder / "command.txt");
  run.warnings = warnings_of(folder);
  run.environment = json_or_null(folder / "env.json");
  run.config_text = core::valid_utf8(core::read_file(folder / "config.yaml"));
  run.waiting = lines_in(folder / "sampled.jsonl");
  run.fresh = lines_in(folder / "reevaluation.jsonl");
  read_prompts(run, prompts);
  run.planned = planned_rollouts(run);
  return run;
}

void add_campaign(Model& model, const path& folder, const PageRequest& request) {
  if (model.campaign || !model.runs.empty())
    throw core::UserError("a report is about one campaign, or about runs",
                          folder.string(),
                          "make one report for each");
  model.campaign = read_campaign(folder);
  for (const auto& one : model.campaign->runs) {
    if (!one.records) {
      model.absent.push_back(one.label + ", subset " + one.subset + ", sample seed " +
                             std::to_string(one.sample_seed));
      continue;
    }
    Run run = read_facts(*one.records, request, model.prompts);
    run.series = one.label;
    run.subset = one.subset;
    run.task_seed = one.task_seed;
    model.runs.push_back(std::move(run));
  }
}

// Everything that makes a result, but for the seed.
std::string settings_of(const Run& run) {
  std::string text;
  for (const auto& field : config::fields_of(run.records.config)) {
    if (field.key != "seed" && field.key != "name" && field.key != "description")
      text += field.key + "=" + field.value + "\n";
  }
  return text;
}

// Runs of a method are one series when only their seeds differ; otherwise each is named by its
// folder.
void name_series(Model& model) {
  std::map<std::string, std::set<std::string>> settings;
  for (const auto& run : model.runs) settings[run.records.method].insert(settings_of(run));
  for (auto& run : model.runs) {
    const bool same = settings[run.records.method].size() == 1;
    run.series = same ? run.records.method : run.name;
  }
}

void list_series(Model& model) {
  for (const auto& run : model.runs) {
    if (std::find(model.series.begin(), model.series.end(), run.series) == model.series.end())
      model.series.push_back(run.series);
  }
}

// Tasks were numbered as they came; the page wants them in order.
void order_tasks(Model& model, const std::map<std::string, int>& index) {
  std::vector<std::string> ids(index.size());
  for (const auto& [id, number] : index) ids[static_cast<std::size_t>(number)] = id;
  model.tasks = ids;
  std::sort(model.tasks.begin(), model.tasks.end(), task_before);
  std::vector<int> place(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    place[i] = static_cast<int>(std::find(model.tasks.begin(), model.tasks.end(), ids[i]) -
                                model.tasks.begin());
  for (auto& run : model.runs)
    for (auto& row : run.rows) row.task = place[static_cast<std::size_t>(row.task)];
}

std::string title_of(const Model& model) {
  if (model.campaign)
    return model.campaign->title.empty() ? model.campaign->name : model.campaign->title;
  if (model.runs.size() == 1) return model.runs.front().name;
  return std::to_string(model.runs.size()) + " runs";
}

}  // namespace

Model read_model(const PageRequest& request) {
  Model model;
  for (const auto& folder : request.folders) {
    if (core::fs::exists(folder / "campaign.json"))
      add_campaign(model, folder, request);
    else
      model.runs.push_back(read_facts(read_run(folder), request, model.prompts));
  }
  if (!model.campaign) name_series(model);
  list_series(model);
  std::map<std::string, int> task_index;
  for (std::size_t i = 0; i < model.runs.size(); ++i)
    read_rollouts(model.runs[i], static_cast<int>(i), request, task_index, model.kernels);
  order_tasks(model, task_index);
  model.title = title_of(model);
  return model;
}

}  // namespace vegttt::report::html
