#include <algorithm>
#include <limits>

#include "analysis_tables.h"
#include "checks.h"
#include "circumstances.h"

namespace vegttt::report {
namespace {

// What a label's runs spent of one kind: "312-320".
struct Span {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  Cell cell() const {
    if (low > high) return missing_cell();
    char text[64];
    if (low == high)
      std::snprintf(text, sizeof text, "%.0f", high);
    else
      std::snprintf(text, sizeof text, "%.0f-%.0f", low, high);
    return {text, high};
  }
};

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all = {
      "rollouts", "sampled_tokens", "all_tokens", "evaluations", "device_seconds"};
  return all;
}

std::vector<Cell> row_of(const Campaign& campaign, const std::string& label) {
  std::map<std::string, Span> spent;
  Span outside_rollouts, outside_evaluations;
  std::map<std::string, int> stops;
  int runs = 0;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done()) continue;
    ++runs;
    for (const auto& [kind, value] : spent_of(run)) spent[kind].add(value);
    const auto& outside = run.records->ledger.outside;
    outside_rollouts.add(static_cast<double>(outside.rollouts));
    int repeats = 0;
    for (const auto& [task, best] : run.best) repeats += best.repeats;
    outside_evaluations.add(static_cast<double>(outside.evaluations) + repeats);
    const auto by = stopped_by(run);
    ++stops[by.empty() ? "its own end" : by];
  }
  std::vector<Cell> row = {label, count_cell(runs)};
  for (const auto& kind : kinds()) row.push_back(spent[kind].cell());
  std::string why;
  for (const auto& [by, times] : stops)
    why += (why.empty() ? "" : ", ") + by + " (" + std::to_string(times) + ")";
  row.insert(row.end(), {why, outside_rollouts.cell(), outside_evaluations.cell()});
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
                       "stopped by",
                       "outside: rollouts",
                       "outside: evaluations"},
                      {false, true, true, true, true, true, true, false, true, true});
  for (const auto& label : campaign.labels()) table.cells.add(row_of(campaign, label));
  table.notes = {
      "Smallest and largest of the runs, within the budget. Outside of it, for every method alike: "
      "fresh rollouts of what was selected, timing the best kernels anew, diagnostics. The probe "
      "of "
      "theta_0 is shared by the runs that start from it."};
  if (admits_unequal_budgets(campaign))
    table.notes.push_back("Budgets are unequal, as the title says: read differences with that.");
  table.circumstances = circumstances_of(campaign);
  return table;
}

}  // namespace vegttt::report
