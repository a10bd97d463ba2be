#include "vegttt/report/diagnostics.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {

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
