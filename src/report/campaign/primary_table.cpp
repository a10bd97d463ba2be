#include <cmath>

#include "analysis_tables.h"
#include "checks.h"
#include "circumstances.h"
#include "estimands.h"

namespace vegttt::report {
namespace {

Cell factors(const BootstrapResult& result) {
  if (std::isnan(result.value)) return missing_cell();
  return {factor_text(result.value, result.interval.low, result.interval.high), result.value};
}

std::string verdict_text(const Campaign& campaign, const PairedComparison& paired) {
  const std::string verdict = name_of(verdict_of(paired));
  return is_descriptive(campaign) ? verdict + " (descriptive)" : verdict;
}

std::vector<Cell> row_of(const Campaign& campaign,
                         const std::string& label,
                         const std::string& tasks_text,
                         const std::vector<std::string>& tasks) {
  const auto ours = log_speedups(campaign, label, tasks);
  const auto clusters = clusters_of(ours);
  const auto level = clustered_bootstrap(clusters);
  const auto reference = reference_label(campaign);
  std::vector<Cell> row = {name_in_tables(campaign, label),
                           tasks_text,
                           count_cell(static_cast<std::int64_t>(clusters.size())),
                           count_cell(static_cast<std::int64_t>(ours.size())),
                           number_cell(level.value, 4),
                           factors(level)};
  if (!reference || *reference == label || !competes(campaign, label)) {
    row.insert(row.end(), 6, missing_cell());
    return row;
  }
  const auto paired = compare_paired(ours, log_speedups(campaign, *reference, tasks));
  row.push_back(factors(paired.difference));
  row.push_back(number_cell(paired.difference.share_above_zero));
  row.push_back(std::to_string(paired.tasks_better) + "/" + std::to_string(paired.tasks_equal) +
                "/" + std::to_string(paired.tasks_worse));
  row.push_back(number_cell(paired.std_over_seeds, 4));
  row.push_back(number_cell(paired.over_seeds.p, 3));
  row.push_back(paired.pairs == 0 ? "-" : verdict_text(campaign, paired));
  return row;
}

std::vector<std::string> tasks_with_headroom(const Campaign& campaign) {
  std::vector<std::string> tasks;
  for (const auto& one : headroom_of(campaign)) {
    if (one.any()) tasks.push_back(one.task);
  }
  return tasks;
}

void add_rows(Table& table, const Campaign& campaign, const std::string& label) {
  const auto tasks = tasks_of(campaign), with_headroom = tasks_with_headroom(campaign);
  if (log_speedups(campaign, label, tasks).empty() && !competes(campaign, label)) return;
  table.cells.add(row_of(campaign, label, "all", tasks));
  if (!with_headroom.empty() && with_headroom.size() < tasks.size())
    table.cells.add(row_of(campaign, label, "with headroom", with_headroom));
}

// Who has a row of its own without being ranked, and why.
std::string note_on_theta_0(const Campaign& campaign) {
  for (const auto& label : campaign.labels()) {
    if (method_of(campaign, label) == "base" && !competes(campaign, label))
      return "Rows of theta_0 show where all methods begin. They spent another budget (see the "
             "table of budgets), so they are not ranked.";
  }
  return "";
}

}  // namespace

Table primary_table(const Campaign& campaign) {
  const std::string reference = reference_label(campaign).value_or("no reference");
  Table table;
  table.name = "campaign/primary";
  table.title = campaign.title + ": best kernel within the budget (" + budget_text(campaign) +
                "), timed anew";
  table.cells = Cells({"method",
                       "tasks",
                       "n tasks",
                       "n units",
                       "mean log",
                       "speedup, 95 %",
                       "over " + reference + ", 95 %",
                       "P(>0)",
                       "tasks +/=/-",
                       "std of seeds",
                       "p of seeds",
                       "verdict"},
                      {false, false, true, true, true, true, true, true, true, true, true, false});
  for (const bool at_equal_budget : {true, false}) {
    for (const auto& label : campaign.labels()) {
      if (method_of(campaign, label) != "rlvr" && competes(campaign, label) == at_equal_budget)
        add_rows(table, campaign, label);
    }
  }
  table.notes = {
      "Estimand, fixed beforehand: " + campaign.estimand + ".",
      "A unit is a task under a sample seed. Differences are paired by unit, the mean over tasks "
      "of "
      "the mean over seeds; factors are their exponentials. `P(>0)`: share of bootstrap draws "
      "above "
      "0. `std of seeds`: sample standard deviation (n - 1) of the seeds' mean difference, in log; "
      "`p of "
      "seeds`: t test of these differences, which is about these tasks only.",
      "Rows are compared with " + reference +
          " one by one; intervals are not widened for their number."};
  if (const auto note = note_on_theta_0(campaign); !note.empty()) table.notes.push_back(note);
  if (is_descriptive(campaign))
    table.notes.push_back("Fewer than " + std::to_string(kFewestTasks) +
                          " tasks: descriptive of these tasks, no statement about others; "
                          "`better` and `worse` need the seeds to agree as well (p < .05).");
  table.circumstances = circumstances_of(campaign);
  table.circumstances.n = std::to_string(tasks_of(campaign).size()) + " tasks";
  table.circumstances.interval = "95 %, percentile bootstrap clustered by task";
  table.circumstances.denominators = "Means are over tasks";
  table.answer = plain_answer(campaign);
  return table;
}

}  // namespace vegttt::report
