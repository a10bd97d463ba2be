#include <cmath>

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

}  // namespace vegttt::report
