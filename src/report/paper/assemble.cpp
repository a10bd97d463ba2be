#include "assemble.h"

#include <algorithm>
#include <set>

#include "vegttt/core/text.h"

namespace vegttt::report::paper {
namespace {

Cell published_cell(const std::string& text) { return {text, printed_value(text)}; }

}  // namespace

PaperTable::PaperTable(std::string id, std::vector<std::string> added)
    : id_(std::move(id)), published_(published_table(id_)), added_(std::move(added)) {}

void PaperTable::counts(const std::string& key, RowCells cells) {
  rows_.push_back({key, "counts", std::move(cells)});
}

void PaperTable::counts_elsewhere(const std::string& key, RowCells cells) {
  rows_.push_back({key, "counts elsewhere", std::move(cells)});
}

void PaperTable::ours(const std::string& key, RowCells cells) {
  rows_.push_back({key, "ours", std::move(cells)});
}

void PaperTable::note(std::string line) { notes_.push_back(std::move(line)); }

std::vector<Cell> PaperTable::finished(const Row& row, const std::string& see) const {
  std::vector<Cell> cells = {row.key, row.source};
  cells.insert(cells.end(), row.cells.begin(), row.cells.end());
  cells.resize(1 + published_.columns.size() + added_.size(), missing_cell());
  cells.push_back(see);
  return cells;
}

void PaperTable::add_group(const PublishedRow& published, Cells& cells) const {
  const std::string& key = published.cells.front();
  Row printed{key, "published", {}};
  for (std::size_t i = 1; i < published.cells.size(); ++i)
    printed.cells.push_back(published_cell(published.cells[i]));
  cells.add(finished(printed, core::join(published.see, " ")));
  bool any_of_ours = false;
  for (const auto& row : rows_) {
    if (row.key != key) continue;
    cells.add(finished(row, ""));
    any_of_ours = any_of_ours || row.source == "ours";
  }
  if (!any_of_ours) cells.add(finished({key, "ours", {}}, ""));
}

Table PaperTable::build() const {
  std::vector<std::string> header = published_.columns;
  header.insert(header.begin() + 1, "source");
  header.insert(header.end(), added_.begin(), added_.end());
  header.push_back("see");
  std::vector<bool> right(header.size(), true);
  right[0] = right[1] = right.back() = false;

  Table table;
  table.name = id_;
  table.title = published_.title;
  table.cells = Cells(header, right);
  std::set<std::string> keys, cited;
  for (const auto& row : published_.rows) {
    keys.insert(row.cells.front());
    cited.insert(row.see.begin(), row.see.end());
    add_group(row, table.cells);
  }
  for (const auto& row : rows_) {
    if (keys.count(row.key) == 0) table.cells.add(finished(row, ""));
  }
  table.notes = notes_;
  std::vector<std::string> ordered(cited.begin(), cited.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    return std::atoi(a.c_str()) < std::atoi(b.c_str());
  });
  for (const auto& key : ordered) table.notes.push_back("[" + key + "] " + inconsistency(key));
  return table;
}

Cell wilson_cell(int k, int n) {
  const auto interval = wilson(k, n);
  return interval_cell(interval.low, interval.high);
}

}  // namespace vegttt::report::paper
