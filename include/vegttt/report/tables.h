// Tables of a run, from its files alone.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/text.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::report {

struct Table {
  std::string name;  // "trajectory": the file is <name>.md
  std::string title;
  core::TextTable cells;
  std::vector<std::string> notes;  // denominators, protocol, what is missing
};

// What a run's tables are made of.
struct RunRecords {
  core::fs::path path;
  std::string method;
  std::string protocol;
  std::int64_t seed = 0;
  records::Trajectory trajectory;
  core::Json summary;  // null while the run is not finished
};
RunRecords read_run(const core::fs::path& run);

Table trajectory_table(const RunRecords& run);
// Strategies side by side; `fresh` columns are the unbiased ones.
Table selection_table(const RunRecords& run, const std::vector<records::Selection>& selections);
Table best_of_n_table(const RunRecords& run);

// Every table that this run's method has.
std::vector<Table> tables_of(const RunRecords& run);

std::string plain_text(const Table& table);
std::string markdown(const Table& table);
// Writes each as RUN/<name>.md.
void write_tables(const core::fs::path& run, const std::vector<Table>& tables);

}  // namespace vegttt::report
