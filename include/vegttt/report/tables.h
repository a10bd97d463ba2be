// Tables of a run, from its files alone.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/text.h"
#include "vegttt/report/formats.h"
#include "vegttt/report/run_records.h"
#include "vegttt/report/table.h"

namespace vegttt::report {

Table trajectory_table(const RunRecords& run);
// Strategies side by side; `fresh` columns are the unbiased ones.
Table selection_table(const RunRecords& run, const std::vector<records::Selection>& selections);
Table best_of_n_table(const RunRecords& run);
// Rules that pick one of N, side by side.
Table selection_rules_table(const RunRecords& run);

// Every table that this run's method has.
std::vector<Table> tables_of(const RunRecords& run);

// Writes each as RUN/<name>.md.
void write_tables(const core::fs::path& run, const std::vector<Table>& tables);

}  // namespace vegttt::report
