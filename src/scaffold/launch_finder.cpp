#include "launch_finder.h"

#include <algorithm>
#include <cctype>

#include "vegttt/core/text.h"

namespace vegttt::scaffold {
namespace {

constexpr std::string_view kName = "launch";

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Copies `length` characters as blanks.
void blank(std::string& out, std::string_view source, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, source.size()); ++i)
    out.push_back(source[i] == '\n' ? '\n' : ' ');
}

std::size_t end_of_literal(std::string_view source, std::size_t start) {
  const char quote = source[start];
  std::size_t i = start + 1;
  while (i < source.size() && source[i] != quote && source[i] != '\n')
    i += source[i] == '\\' ? 2 : 1;
  return i + 1;
}

// End of the comment or literal that starts here, `start` when none does. A ' between digits
// separates them.
std::size_t end_of_blank(std::string_view source, std::size_t start) {
  const std::string_view rest = source.substr(start);
  if (core::starts_with(rest, "//")) return std::min(source.find('\n', start), source.size());
  if (core::starts_with(rest, "/*")) {
    const std::size_t end = source.find("*/", start + 2);
    return end == std::string_view::npos ? source.size() : end + 2;
  }
  const bool separator = source[start] == '\'' && start > 0 && is_word(source[start - 1]);
  if (source[start] == '"' || (source[start] == '\'' && !separator))
    return end_of_literal(source, start);
  return start;
}

std::size_t skip_space(std::string_view text, std::size_t i) {
  while (i < text.size() && std::isspace(static_cast<unsigned char>(text[i])) != 0) ++i;
  return i;
}

// Position after the bracket that closes the one at `open`; npos when it never closes.
std::size_t after_closing(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

std::vector<std::string> split_parameters(std::string_view list) {
  std::vector<std::string> parameters;
  if (core::trim(list).empty()) return parameters;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    const char c = i < list.size() ? list[i] : ',';
    depth += c == '(' || c == '<' || c == '[' ? 1 : 0;
    depth -= c == ')' || c == '>' || c == ']' ? 1 : 0;
    if (c != ',' || (depth > 0 && i < list.size())) continue;
    parameters.emplace_back(core::trim(list.substr(start, i - start)));
    start = i + 1;
  }
  return parameters;
}

}  // namespace

std::string without_comments_and_literals(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size();) {
    const std::size_t end = end_of_blank(source, i);
    if (end > i) {
      blank(out, source, i, end);
      i = end;
    } else {
      out.push_back(source[i++]);
    }
  }
  return out;
}

std::vector<LaunchDefinition> find_launch_definitions(std::string_view source) {
  const std::string text = without_comments_and_literals(source);
  std::vector<LaunchDefinition> found;
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    const std::size_t end = at + kName.size();
    if ((at > 0 && is_word(text[at - 1])) || (end < text.size() && is_word(text[end]))) continue;
    const std::size_t open = skip_space(text, end);
    if (open >= text.size() || text[open] != '(') continue;
    const std::size_t close = after_closing(text, open);
    if (close == std::string::npos) continue;
    const std::size_t body = skip_space(text, close);
    const bool no_throw = text.compare(body, 8, "noexcept") == 0;
    const std::size_t brace = no_throw ? skip_space(text, body + 8) : body;
    if (brace >= text.size() || text[brace] != '{') continue;
    const std::size_t previous = text.find_last_of(";}", at);
    const std::size_t from = previous == std::string::npos ? 0 : previous + 1;
    found.push_back({1 + static_cast<int>(std::count(
                             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')),
                     split_parameters(std::string_view(text).substr(open + 1, close - open - 2)),
                     text.substr(from, at - from)});
  }
  return found;
}

}  // namespace vegttt::scaffold
