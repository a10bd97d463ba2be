#include <cmath>

#include "vegttt/report/diagnostics.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {

Table best_of_n_table(const RunRecords& run) {
  Table table;
  table.name = "best_of_n";
  table.title = "Best of N in " + run.path.filename().string();
  // Of the likeliest alone a rate says nothing about the policy's samples.
  const bool all = run.summary.contains("sample_fast_1");
  const char* rate_key = all ? "sample_fast_1" : "judged_fast_1";
  table.cells = Cells({"task",
                       "n",
                       "correct",
                       all ? "sample fast_1" : "fast_1 of the likeliest",
                       "selected",
                       "timed again"});
  for (const auto& row : run.summary.at("rows")) {
    const bool found = row.at("selected_correct").get<bool>();
    table.cells.add({row.at("problem_id").get<std::string>(),
                     count_cell(row.at("n").get<int>()),
                     count_cell(row.at("correct").get<int>()),
                     percent_cell(core::get_or(row, rate_key, std::nan(""))),
                     found ? times_cell(row.at("selected_speedup").get<double>()) : missing_cell(),
                     times_cell(core::get_or(row, "confirmed_speedup", std::nan("")))});
  }
  const auto rate = [&](const char* key) {
    return percent_cell(core::get_or(run.summary, key, std::nan(""))).text;
  };
  table.notes = {std::string(all ? "Sample fast_1 " : "fast_1 of the likeliest ") + rate(rate_key) +
                 " (over samples); tasks with a fast selected kernel " + rate("selected_fast_1") +
                 ", still fast when timed again " + rate("confirmed_fast_1") + " (over tasks)."};
  table.circumstances.sample_seeds = {run.seed};
  table.circumstances.protocol = run.protocol;
  table.circumstances.machine = run.machine;
  return table;
}

Table selection_rules_table(const RunRecords& run) {
  Table table;
  table.name = "selection_rules";
  table.title = "Which of N is taken in " + run.path.filename().string();
  table.cells = Cells({"rule",
                       "evaluations",
                       "tasks",
                       "found one",
                       "fast_1",
                       "again fast_1",
                       "again strict",
                       "speedup",
                       "again"});
  const auto number = [](const core::Json& row, const char* key) {
    return core::get_or(row, key, std::nan(""));
  };
  for (const auto& row : run.summary.at("selections"))
    table.cells.add({core::get<std::string>(row, "rule"),
                     count_cell(core::get_or(row, "evaluations", 0)),
                     count_cell(core::get_or(row, "tasks", 0)),
                     percent_cell(number(row, "selected")),
                     percent_cell(number(row, "fast_1")),
                     percent_cell(number(row, "confirmed_fast_1")),
                     percent_cell(number(row, "confirmed_fast_1_strict")),
                     times_cell(number(row, "mean_speedup")),
                     times_cell(number(row, "confirmed_mean_speedup"))});
  table.notes = {
      "Rules on the same N rollouts of each task; `evaluations` is what each would have asked of "
      "the "
      "judge. Rates are over tasks; `again`: the picked kernel timed once more, which did not "
      "choose "
      "it."};
  table.circumstances.sample_seeds = {run.seed};
  table.circumstances.protocol = run.protocol;
  table.circumstances.machine = run.machine;
  return table;
}

std::vector<Table> tables_of(const RunRecords& run) {
  std::vector<Table> tables;
  if (!run.trajectory.steps.empty()) tables.push_back(trajectory_table(run));
  const auto selections = selections_of(run);
  if (!selections.empty()) tables.push_back(selection_table(run, selections));
  if (run.summary.contains("rows")) {
    tables.push_back(best_of_n_table(run));
    if (run.summary.contains("selections")) tables.push_back(selection_rules_table(run));
  }
  if (run.trajectory.steps.size() > 1) tables.push_back(saturation_table(run));
  return tables;
}

}  // namespace vegttt::report
