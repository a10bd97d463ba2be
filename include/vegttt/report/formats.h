// Writers over one list of cells.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/report/table.h"

namespace vegttt::report {

enum class Format { kPlain, kMarkdown, kLatex, kCsv, kJson };
const std::vector<Format>& all_formats();
const char* name_of(Format format);       // "plain", "markdown", "latex", "csv", "json"
const char* extension_of(Format format);  // "txt", "md", "tex", "csv", "json"
// Throws UserError for an unknown name.
Format format_from_name(const std::string& name);

std::string plain_text(const Table& table);
std::string markdown(const Table& table);
// A booktabs table; notes follow in a small paragraph. Every character of a cell is escaped.
std::string latex(const Table& table);
// RFC 4180. Numbers in full precision as their own columns' text (rates as fractions); notes are
// left out.
std::string csv(const Table& table);
core::Json to_json(const Table& table);
std::string render(const Table& table, Format format);

// Writes FOLDER/<stem>.<extension> for each; returns the files.
std::vector<core::fs::path> write_tables(const core::fs::path& folder,
                                         const std::vector<Table>& tables,
                                         const std::vector<Format>& formats);

}  // namespace vegttt::report
