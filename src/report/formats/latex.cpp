// LaTeX: booktabs, compiles with any engine (non-ASCII signs that tables use are spelled out).
#include <map>

#include "vegttt/core/text.h"
#include "vegttt/report/formats.h"

namespace vegttt::report {
namespace {

std::string escaped(const std::string& text) {
  static const std::map<char, std::string> special = {{'\\', "\\textbackslash{}"},
                                                      {'{', "\\{"},
                                                      {'}', "\\}"},
                                                      {'$', "\\$"},
                                                      {'&', "\\&"},
                                                      {'#', "\\#"},
                                                      {'%', "\\%"},
                                                      {'_', "\\_"},
                                                      {'^', "\\textasciicircum{}"},
                                                      {'~', "\\textasciitilde{}"},
                                                      {'<', "\\textless{}"},
                                                      {'>', "\\textgreater{}"},
                                                      // "[" would be read as an option behind "\\".
                                                      {'[', "{[}"},
                                                      {'`', "{}`"}};
  std::string out;
  for (const char c : text) {
    const auto found = special.find(c);
    if (found == special.end())
      out += c;
    else
      out += found->second;
  }
  out = core::replace_all(out, "±", "$\\pm$");
  out = core::replace_all(out, "Δ", "$\\Delta$");
  out = core::replace_all(out, "ρ", "$\\rho$");
  out = core::replace_all(out, "θ", "$\\theta$");
  return core::replace_all(out, "≥", "$\\geq$");
}

std::string row_of(const std::vector<std::string>& words) {
  std::vector<std::string> safe;
  for (const auto& word : words) safe.push_back(escaped(word));
  return "  " + core::join(safe, " & ") + " \\\\\n";
}

}  // namespace

std::string latex(const Table& table) {
  std::string columns;
  for (const bool right : table.cells.right()) columns += right ? 'r' : 'l';
  std::string text = "% needs \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n  \\caption{" +
                     escaped(table.title) + "}\n  \\label{tab:" + table.file_stem() +
                     "}\n  \\begin{tabular}{" + columns + "}\n  \\toprule\n";
  text += row_of(table.cells.header()) + "  \\midrule\n";
  for (const auto& row : table.cells.rows()) {
    std::vector<std::string> words;
    for (const auto& cell : row) words.push_back(cell.text);
    text += row_of(words);
  }
  text += "  \\bottomrule\n  \\end{tabular}\n";
  auto lines = table.notes;
  if (!table.answer.empty()) lines.insert(lines.begin(), table.answer);
  for (const auto& line : table.circumstances.lines()) lines.push_back(line);
  if (!lines.empty()) {
    text += "  \\par\\smallskip\\footnotesize\n";
    for (const auto& line : lines) text += "  " + escaped(line) + "\\par\n";
  }
  return text + "\\end{table}\n";
}

}  // namespace vegttt::report
