#include "vegttt/adapt/normalised_kernel.h"

#include <algorithm>
#include <cctype>

#include "vegttt/scaffold/dialect.h"

namespace vegttt::adapt {
namespace {

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// From `at`, which opens a quotation, to behind its end.
std::size_t behind_quotation(const std::string& code, std::size_t at) {
  const char quote = code[at++];
  while (at < code.size() && code[at] != quote) at += code[at] == '\\' ? 2 : 1;
  return std::min(at + 1, code.size());
}

// To behind the end of a comment, or `at` where none begins.
std::size_t behind_comment(const std::string& code, std::size_t at) {
  if (code.compare(at, 2, "//") == 0) return std::min(code.find('\n', at), code.size());
  if (code.compare(at, 2, "/*") != 0) return at;
  const auto end = code.find("*/", at + 2);
  return end == std::string::npos ? code.size() : end + 2;
}

}  // namespace

std::string code_of(const std::string& completion) {
  const std::string code = scaffold::extract_code(completion);
  return code.empty() ? completion : code;
}

std::string normalised_kernel(const std::string& code) {
  std::string out;
  bool gap = false;  // white space or a comment since the last character
  for (std::size_t at = 0; at < code.size();) {
    const char c = code[at];
    const std::size_t behind = behind_comment(code, at);
    if (behind > at || std::isspace(static_cast<unsigned char>(c))) {
      // A line of the preprocessor ends where it ends.
      if (c == '\n' && !out.empty() && out.back() != '\n' &&
          out.find('#', out.rfind('\n') + 1) == out.rfind('\n') + 1)
        out += '\n';
      gap = true;
      at = std::max(behind, at + 1);
      continue;
    }
    if (gap && !out.empty() && in_word(out.back()) && in_word(c)) out += ' ';
    gap = false;
    const std::size_t end = c == '"' || c == '\'' ? behind_quotation(code, at) : at + 1;
    out.append(code, at, end - at);
    at = end;
  }
  return out;
}

}  // namespace vegttt::adapt
