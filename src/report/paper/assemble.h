// Published, recounted and own rows under each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "published.h"
#include "vegttt/report/table.h"

namespace vegttt::report::paper {

// Cells behind the row's name, in the order of the published columns, then of the added ones.
// Missing ones at the end are "-".
using RowCells = std::vector<Cell>;

// One table in the making. `added`: columns that the paper does not have.
class PaperTable {
 public:
  PaperTable(std::string id, std::vector<std::string> added = {"95 %", "n"});
  // What the published counts give for a published row.
  void counts(const std::string& key, RowCells cells);
  // A second way to count what the paper counted otherwise elsewhere.
  void counts_elsewhere(const std::string& key, RowCells cells);
  // From the campaign. A key that is not published gets rows of its own at the end.
  void ours(const std::string& key, RowCells cells);
  void note(std::string line);
  Table build() const;

 private:
  struct Row {
    std::string key, source;
    RowCells cells;
  };
  std::vector<Cell> finished(const Row& row, const std::string& see) const;
  void add_group(const PublishedRow& published, Cells& cells) const;

  std::string id_;
  const PublishedTable& published_;
  std::vector<std::string> added_;
  std::vector<Row> rows_;
  std::vector<std::string> notes_;
};

// A rate with its Wilson interval and n, for the columns "95 %" and "n".
Cell wilson_cell(int k, int n);

}  // namespace vegttt::report::paper
