// Pieces of HTML. Every text is escaped here; nothing else writes markup around text of others.
#pragma once

#include <map>
#include <string>

#include "figures/figure.h"
#include "figures/svg.h"
#include "vegttt/report/table.h"

namespace vegttt::report::html {

using figures::escaped;

// Replaces {{name}} in one pass, so that inserted text is never looked at again. Throws
// InternalError for a name that is not there.
std::string fill(std::string_view pattern, const std::map<std::string, std::string>& values);

// JSON as it may stand in a <script> element: no `<`, whatever the text.
std::string inert_json(std::string json);

std::string element(const char* tag, const std::string& inner, const std::string& attributes = "");
std::string paragraph(const std::string& text);
std::string note(const std::string& text);

// The plain answer of a table or campaign, one sentence a line.
std::string answer_markup(const std::string& answer);
// With buttons that copy it as Markdown, LaTeX or CSV, and its notes.
std::string table_markup(const Table& table, bool with_title = true);
// The drawing, its caption, its table folded below.
std::string figure_markup(const figures::Figure& figure);
std::string folded(const std::string& summary, const std::string& inner);
// Terms and what they are.
std::string facts(const std::vector<std::pair<std::string, std::string>>& list);

std::string section(int number,
                    const std::string& id,
                    const std::string& title,
                    const std::string& inner);

}  // namespace vegttt::report::html
