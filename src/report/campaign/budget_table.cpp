#include "analysis_tables.h"
#include "checks.h"
#include "circumstances.h"
#include "span.h"

namespace vegttt::report {
namespace {

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all = {
      "rollouts", "sampled_tokens", "all_tokens", "evaluations", "device_seconds"};
  return all;
}

std::vector<Cell> row_of(const Campaign& campaign, const std::string& label) {
  std::map<std::string, Span> spent;
  std::map<std::string, int> stops;
  int runs = 0;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done()) continue;
    ++runs;
    for (const auto& [kind, value] : spent_of(run)) spent[kind].add(value);
    const auto by = stopped_by(run);
    ++stops[by.empty() ? "its own end" : by];
  }
  std::vector<Cell> row = {label, count_cell(runs)};
  for (const auto& kind : kinds()) row.push_back(spent[kind].cell());
  std::string why;
  for (const auto& [by, times] : stops)
    why += (why.empty() ? "" : ", ") + by + " (" + std::to_string(times) + ")";
  row.push_back(why);
  return row;
}

}  // namespace

Table budget_table(const Campaign& campaign) {
  Table table;
  table.name = "campaign/budget";
  table.title = campaign.title + ": what each run spent; budget: " + budget_text(campaign);
  table.cells = Cells({"method",
                       "runs",
                       "rollouts",
                       "sampled tokens",
                       "all tokens",
                       "evaluations",
                       "device s",
                       "stopped by"},
                      {false, true, true, true, true, true, true, false});
  for (const auto& label : campaign.labels()) table.cells.add(row_of(campaign, label));
  table.notes = {
      "Smallest and largest of the runs, within the budget. What lies outside of it for every "
      "method is in the next table."};
  if (admits_unequal_budgets(campaign))
    table.notes.push_back("Budgets are unequal, as the title says: read differences with that.");
  table.circumstances = circumstances_of(campaign);
  return table;
}

}  // namespace vegttt::report
