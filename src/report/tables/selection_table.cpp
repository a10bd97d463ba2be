#include <cmath>

#include "vegttt/report/statistics.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {
namespace {

std::string strategy_text(const records::Selection& selection) {
  switch (selection.strategy) {
    case records::Strategy::kArgmax:
      return "BoA (best of all steps)";
    case records::Strategy::kEarlyStop:
      return "early stop, P = " + std::to_string(selection.patience);
    case records::Strategy::kFixed:
      return "fixed step";
    case records::Strategy::kOracle:
      return "per-task oracle";
    case records::Strategy::kPerTaskStop:
      return "per-task stop, P = " + std::to_string(selection.patience);
  }
  return "";
}

std::vector<Cell> row_of(const records::Selection& selection) {
  const bool oracle = selection.selected_step < 0;
  std::vector<Cell> row = {strategy_text(selection),
                           oracle ? missing_cell() : count_cell(selection.selected_step),
                           percent_cell(selection.score),
                           count_cell(selection.rollouts_spent)};
  if (!selection.fresh_score) {
    row.insert(row.end(), 3, missing_cell());
    return row;
  }
  const int k = static_cast<int>(std::lround(*selection.fresh_score * selection.fresh_n));
  const auto interval = wilson(k, selection.fresh_n);
  row.insert(row.end(),
             {percent_cell(*selection.fresh_score),
              interval_cell(interval.low, interval.high),
              count_cell(selection.fresh_n)});
  return row;
}

}  // namespace

Table selection_table(const RunRecords& run, const std::vector<records::Selection>& selections) {
  const std::string criterion = selections.empty() ? "fast_1" : selections.front().criterion;
  Table table;
  table.name = "selection";
  table.title = "Selection in " + run.path.filename().string();
  table.cells =
      Cells({"strategy", "step", criterion, "rollouts", "fresh " + criterion, "95 %", "fresh n"});
  for (const auto& selection : selections) table.cells.add(row_of(selection));
  table.notes = {"`" + criterion +
                     "` of a selected step is a maximum of noisy values, and so too high; `fresh` "
                     "is measured on new samples from the selected checkpoint.",
                 "Rollouts differ between rows: early stop pays up to the step that shows the "
                 "regression. The oracle picks a step per task after the fact; no run can."};
  table.circumstances.sample_seeds = {run.seed};
  table.circumstances.protocol = run.protocol;
  table.circumstances.machine = run.machine;
  return table;
}

}  // namespace vegttt::report
