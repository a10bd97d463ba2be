#include <cmath>

#include "analysis_tables.h"
#include "checks.h"
#include "circumstances.h"
#include "estimands.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {

Table headroom_table(const Campaign& campaign) {
  Table table;
  table.name = "campaign/headroom";
  table.title = campaign.title + ": what each task allows";
  table.cells = Cells(
      {"task", "headroom", "best known", "its low", "found by", "theta_0 fast", "rate", "95 %"},
      {false, false, true, true, false, true, true, true});
  const auto all = headroom_of(campaign);
  for (const bool any : {true, false}) {
    for (const auto& one : all) {
      if (one.any() != any) continue;
      const auto interval = wilson(one.probe_fast, one.probe_n);
      const bool probed = one.probe_n > 0;
      table.cells.add({one.task,
                       any ? "yes" : "none found",
                       times_cell(one.best_known),
                       times_cell(one.best_low),
                       one.found_by.empty() ? "-" : one.found_by,
                       probed ? fraction_cell(one.probe_fast, one.probe_n) : missing_cell(),
                       probed ? percent_cell(static_cast<double>(one.probe_fast) / one.probe_n)
                              : missing_cell(),
                       probed ? interval_cell(interval.low, interval.high) : missing_cell()});
    }
  }
  table.notes = {
      "Best known: the fastest kernel that any run of the campaign found, timed anew; headroom: "
      "its "
      "95 % lower bound is above 1. A task without any can show no difference between methods.",
      "The best known is a maximum over runs, and so a little too high."};
  table.circumstances = circumstances_of(campaign);
  table.circumstances.interval = "95 %, Wilson, over probe samples of theta_0";
  return table;
}

Table by_task_table(const Campaign& campaign) {
  const auto tasks = tasks_of(campaign);
  auto labels = campaign.labels();
  std::erase_if(labels, [&](const std::string& label) {
    return log_speedups(campaign, label, tasks).empty();
  });
  Table table;
  table.name = "campaign/by-task";
  table.title = campaign.title + ": best kernels by task";
  std::vector<std::string> header = {"task"};
  for (const auto& label : labels) header.push_back(name_in_tables(campaign, label));
  table.cells = Cells(header);
  for (const auto& task : tasks) {
    std::vector<Cell> row = {task};
    for (const auto& label : labels) {
      std::vector<double> logs;
      for (const auto& [unit, value] : log_speedups(campaign, label, {task})) logs.push_back(value);
      row.push_back(logs.empty() ? missing_cell() : times_cell(std::exp(mean(logs))));
    }
    table.cells.add(row);
  }
  table.notes = {
      "Geometric mean over seeds of the best kernel within the budget, timed anew; 1.00x "
      "where none was found."};
  table.circumstances = circumstances_of(campaign);
  return table;
}

}  // namespace vegttt::report
