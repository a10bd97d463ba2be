#include "quotations.h"

#include <cctype>
#include <set>
#include <string_view>
#include <vector>

#include "vegttt/core/text.h"

namespace vegttt::adapt {
namespace {

constexpr std::size_t kTokens = 3, kCharacters = 16;  // in a row make a quotation
constexpr const char* kBlot = "[..]";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }
bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

// A stretch of a text that is compared, without the white space and quotation marks in it.
struct Piece {
  std::string key;
  std::size_t begin = 0, end = 0;
};

// A word or a single sign each.
std::vector<Piece> tokens_of(std::string_view text) {
  std::vector<Piece> tokens;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i++;
    if (is_space(text[begin]) || is_quote(text[begin])) continue;
    while (in_word(text[begin]) && i < text.size() && in_word(text[i])) ++i;
    tokens.push_back({std::string(text.substr(begin, i - begin)), begin, i});
  }
  return tokens;
}

std::vector<Piece> characters_of(std::string_view text) {
  std::vector<Piece> characters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_space(text[i]) && !is_quote(text[i]))
      characters.push_back({std::string(1, text[i]), i, i + 1});
  }
  return characters;
}

// All runs of n pieces.
std::vector<Piece> runs_of(const std::vector<Piece>& pieces, std::size_t n) {
  std::vector<Piece> runs;
  for (std::size_t i = 0; i + n <= pieces.size(); ++i) {
    Piece run{"", pieces[i].begin, pieces[i + n - 1].end};
    for (std::size_t k = i; k < i + n; ++k) run.key += pieces[k].key + '\n';
    runs.push_back(std::move(run));
  }
  return runs;
}

// Long enough to be a quotation.
std::vector<Piece> quotable(std::string_view text) {
  auto runs = runs_of(tokens_of(text), kTokens);
  const auto characters = runs_of(characters_of(text), kCharacters);
  runs.insert(runs.end(), characters.begin(), characters.end());
  return runs;
}

std::set<std::string> keys_of(const std::vector<Piece>& pieces) {
  std::set<std::string> keys;
  for (const auto& piece : pieces) keys.insert(piece.key);
  return keys;
}

std::string dense(std::string_view text) {
  std::string out;
  for (const auto& piece : characters_of(text)) out += piece.key;
  return out;
}

std::set<std::string> dense_lines_of(const std::string& text) {
  std::set<std::string> lines;
  for (const auto line : core::lines_of(text)) lines.insert(dense(line));
  lines.erase("");
  return lines;
}

// gcc begins a quoted line with its number and a bar.
std::string_view behind_margin(std::string_view line) {
  const std::size_t bar = line.find_first_not_of(" \t0123456789");
  if (bar == std::string_view::npos || line[bar] != '|') return line;
  return line.substr(bar + 1);
}

bool only_marks(std::string_view line) {
  return !line.empty() && line.find_first_not_of(" \t^~|+-") == std::string_view::npos;
}

bool quotes_a_line(std::string_view line,
                   const std::set<std::string>& of_code,
                   const std::set<std::string>& of_known) {
  const std::string content = dense(behind_margin(line));
  return (of_code.contains(content) && !of_known.contains(content)) || only_marks(line);
}

std::string blotted(std::string_view text,
                    const std::set<std::string>& of_code,
                    const std::set<std::string>& of_known) {
  std::vector<bool> hidden(text.size(), false);
  for (const auto& run : quotable(text)) {
    if (!of_code.contains(run.key) || of_known.contains(run.key)) continue;
    for (std::size_t at = run.begin; at < run.end; ++at) hidden[at] = true;
  }
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) out += text[i];
    if (hidden[i] && (i == 0 || !hidden[i - 1])) out += kBlot;
  }
  return out;
}

}  // namespace

std::string without_code(const std::string& text,
                         const std::string& code,
                         const std::string& known) {
  const auto code_lines = dense_lines_of(code), known_lines = dense_lines_of(known);
  std::vector<std::string> kept;
  for (const auto line : core::lines_of(text)) {
    if (!quotes_a_line(line, code_lines, known_lines)) kept.emplace_back(line);
  }
  return blotted(core::join(kept, "\n"), keys_of(quotable(code)), keys_of(quotable(known)));
}

}  // namespace vegttt::adapt
