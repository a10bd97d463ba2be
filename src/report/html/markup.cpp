#include "markup.h"

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {

std::string fill(std::string_view pattern, const std::map<std::string, std::string>& values) {
  std::string out;
  while (true) {
    const auto open = pattern.find("{{");
    out += pattern.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = pattern.find("}}", open);
    VEGTTT_ASSERT(close != std::string_view::npos, "an opened name is closed");
    const auto found = values.find(std::string(pattern.substr(open + 2, close - open - 2)));
    VEGTTT_ASSERT(found != values.end(), "every name of a page's pattern has a value");
    out += found->second;
    pattern.remove_prefix(close + 2);
  }
}

std::string inert_json(std::string json) {
  return core::replace_all(std::move(json), "<", "\\u003c");
}

std::string element(const char* tag, const std::string& inner, const std::string& attributes) {
  return std::string("<") + tag + (attributes.empty() ? "" : " " + attributes) + ">" + inner +
         "</" + tag + ">\n";
}

std::string paragraph(const std::string& text) { return element("p", escaped(text)); }
std::string note(const std::string& text) { return element("p", escaped(text), "class=\"note\""); }

std::string folded(const std::string& summary, const std::string& inner) {
  return element("details", element("summary", escaped(summary)) + inner);
}

std::string facts(const std::vector<std::pair<std::string, std::string>>& list) {
  std::string rows;
  for (const auto& [term, what] : list)
    if (!what.empty())
      rows += element("div", element("dt", escaped(term)) + element("dd", escaped(what)));
  return element("dl", rows, "class=\"facts\"");
}

namespace {

std::string cells_markup(const Cells& cells) {
  const auto aligned = [&](std::size_t column) {
    return column < cells.right().size() && cells.right()[column] ? "class=\"r\"" : "";
  };
  std::string head, body;
  for (std::size_t i = 0; i < cells.header().size(); ++i)
    head += element("th", escaped(cells.header()[i]), std::string("scope=\"col\" ") + aligned(i));
  for (const auto& row : cells.rows()) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i)
      text += element("td", escaped(row[i].text), aligned(i));
    body += element("tr", text);
  }
  return element("div",
                 element("table", element("thead", element("tr", head)) + element("tbody", body)),
                 "class=\"scroll\"");
}

std::string copy_buttons(const Table& table) {
  std::string buttons;
  for (const char* format : {"markdown", "latex", "csv", "json"})
    buttons += element("button",
                       format,
                       "type=\"button\" class=\"copy-table\" data-table=\"" + escaped(table.name) +
                           "\" data-format=\"" + format + "\"");
  return element("span", "copy as " + buttons, "class=\"copies\"");
}

}  // namespace

std::string answer_markup(const std::string& answer) {
  std::string text;
  for (const auto line : core::lines_of(answer)) text += element("p", escaped(line));
  return text.empty() ? "" : element("div", text, "class=\"answer\"");
}

std::string table_markup(const Table& table, bool with_title) {
  std::string text;
  text += answer_markup(table.answer);
  text += element("div",
                  (with_title ? element("h3", escaped(table.title)) : "") + copy_buttons(table),
                  "class=\"table-head\"");
  text += table.cells.empty() ? note("Nothing to list.") : cells_markup(table.cells);
  for (const auto& words : table.notes) text += note(words);
  for (const auto& words : table.circumstances.lines()) text += note(words);
  return element("div", text, "class=\"table\"");
}

std::string figure_markup(const figures::Figure& figure) {
  return element(
      "figure",
      element("div", figures::svg(figure.drawing, figure.table.title), "class=\"drawing\"") +
          element("figcaption", escaped(figure.caption)) +
          folded("Table: " + figure.table.title, table_markup(figure.table, false)),
      "id=\"figure-" + escaped(figure.name) + "\"");
}

std::string section(int number,
                    const std::string& id,
                    const std::string& title,
                    const std::string& inner) {
  const std::string mark = element("span", std::to_string(number), "class=\"number\"");
  return element(
      "section", element("h2", mark + " " + escaped(title)) + inner, "id=\"" + id + "\"");
}

}  // namespace vegttt::report::html
