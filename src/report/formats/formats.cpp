#include "vegttt/report/formats.h"

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/records/rollout.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {
namespace {

// Notes and circumstances: what stands below the cells.
std::vector<std::string> footnotes(const Table& table) {
  auto lines = table.notes;
  for (const auto& line : table.circumstances.lines()) lines.push_back(line);
  return lines;
}

std::string quoted_for_csv(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return '"' + core::replace_all(text, "\"", "\"\"") + '"';
}

// The value in full where there is one.
std::string csv_text(const Cell& cell) {
  if (!cell.is_number()) return quoted_for_csv(cell.text);
  return std::isfinite(cell.value) ? core::dump_json(cell.value) : cell.text;
}

core::Json to_json(const Circumstances& circumstances) {
  return {{"n", circumstances.n},
          {"denominators", circumstances.denominators},
          {"interval", circumstances.interval},
          {"task_seeds", circumstances.task_seeds},
          {"sample_seeds", circumstances.sample_seeds},
          {"protocol", circumstances.protocol},
          {"machine", circumstances.machine},
          {"missing", circumstances.missing}};
}

}  // namespace

const std::vector<Format>& all_formats() {
  static const std::vector<Format> formats = {
      Format::kPlain, Format::kMarkdown, Format::kLatex, Format::kCsv, Format::kJson};
  return formats;
}

const char* name_of(Format format) {
  switch (format) {
    case Format::kPlain:
      return "plain";
    case Format::kMarkdown:
      return "markdown";
    case Format::kLatex:
      return "latex";
    case Format::kCsv:
      return "csv";
    case Format::kJson:
      return "json";
  }
  return "";
}

const char* extension_of(Format format) {
  switch (format) {
    case Format::kPlain:
      return "txt";
    case Format::kMarkdown:
      return "md";
    case Format::kLatex:
      return "tex";
    case Format::kCsv:
      return "csv";
    case Format::kJson:
      return "json";
  }
  return "";
}

Format format_from_name(const std::string& name) {
  std::vector<std::string> known;
  for (const Format format : all_formats()) {
    if (name == name_of(format) || name == extension_of(format)) return format;
    known.push_back(name_of(format));
  }
  throw core::UserError("unknown format '" + name + "'" + core::did_you_mean(name, known),
                        "",
                        core::join(known, ", "));
}

std::string plain_text(const Table& table) {
  std::string text = table.title + "\n";
  if (!table.answer.empty()) text += table.answer + "\n\n";
  text += table.cells.plain();
  for (const auto& line : footnotes(table)) text += line + "\n";
  return text;
}

std::string markdown(const Table& table) {
  std::string text = "### " + table.title + "\n\n";
  if (!table.answer.empty()) text += table.answer + "\n\n";
  text += table.cells.markdown() + "\n";
  for (const auto& line : footnotes(table)) text += line + "  \n";
  return text;
}

std::string csv(const Table& table) {
  const auto line_of = [](const std::vector<std::string>& words) {
    return core::join(words, ",") + "\r\n";
  };
  std::vector<std::string> words;
  for (const auto& name : table.cells.header()) words.push_back(quoted_for_csv(name));
  std::string text = line_of(words);
  for (const auto& row : table.cells.rows()) {
    words.clear();
    for (const auto& cell : row) words.push_back(csv_text(cell));
    text += line_of(words);
  }
  return text;
}

core::Json to_json(const Table& table) {
  core::Json rows = core::Json::array();
  for (const auto& row : table.cells.rows()) {
    core::Json cells = core::Json::array();
    for (const auto& cell : row) {
      core::Json one = {{"text", core::valid_utf8(cell.text)}};
      if (cell.is_number()) one["value"] = core::finite_or_name(cell.value);
      cells.push_back(std::move(one));
    }
    rows.push_back(std::move(cells));
  }
  return {{"schema_version", records::kSchemaVersion},
          {"name", table.name},
          {"title", table.title},
          {"answer", table.answer},
          {"header", table.cells.header()},
          {"rows", rows},
          {"notes", table.notes},
          {"circumstances", to_json(table.circumstances)}};
}

std::string render(const Table& table, Format format) {
  switch (format) {
    case Format::kPlain:
      return plain_text(table);
    case Format::kMarkdown:
      return markdown(table);
    case Format::kLatex:
      return latex(table);
    case Format::kCsv:
      return csv(table);
    case Format::kJson:
      return core::dump_json(to_json(table), 2) + "\n";
  }
  return "";
}

std::vector<core::fs::path> write_tables(const core::fs::path& folder,
                                         const std::vector<Table>& tables,
                                         const std::vector<Format>& formats) {
  std::vector<core::fs::path> files;
  for (const auto& table : tables) {
    for (const Format format : formats) {
      files.push_back(folder / (table.file_stem() + "." + extension_of(format)));
      core::write_file_atomically(files.back(), render(table, format));
    }
  }
  return files;
}

void write_tables(const core::fs::path& run, const std::vector<Table>& tables) {
  write_tables(run, tables, {Format::kMarkdown});
}

}  // namespace vegttt::report
