#include <cmath>

#include "vegttt/report/tables.h"

namespace vegttt::report {

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

}  // namespace vegttt::report
