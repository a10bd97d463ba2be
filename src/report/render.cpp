#include "vegttt/report/tables.h"

namespace vegttt::report {

std::string plain_text(const Table& table) {
  std::string text = table.title + "\n" + table.cells.plain();
  for (const auto& note : table.notes) text += note + "\n";
  return text;
}

std::string markdown(const Table& table) {
  std::string text = "### " + table.title + "\n\n" + table.cells.markdown() + "\n";
  for (const auto& note : table.notes) text += note + "  \n";
  return text;
}

void write_tables(const core::fs::path& run, const std::vector<Table>& tables) {
  for (const auto& table : tables)
    core::write_file_atomically(run / (table.name + ".md"), markdown(table));
}

}  // namespace vegttt::report
