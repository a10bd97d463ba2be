#include <cctype>

#include "vegttt/report/diagnostics.h"

namespace vegttt::report {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where a comment, a fence line or nothing of the kind ends.
std::size_t end_of_ignored(const std::string& text, std::size_t at) {
  const auto begins = [&](const char* what) { return text.compare(at, 2, what) == 0; };
  if (begins("//") || begins("``")) return text.find('\n', at);
  if (!begins("/*")) return at;
  const auto end = text.find("*/", at + 2);
  return end == std::string::npos ? end : end + 2;
}

}  // namespace

std::string normalised_kernel(const std::string& completion) {
  std::string kept;
  bool blank = false;
  for (std::size_t at = 0; at < completion.size();) {
    const auto end = end_of_ignored(completion, at);
    if (end == std::string::npos) break;
    const char c = completion[at];
    if (end > at || std::isspace(static_cast<unsigned char>(c)) != 0) {
      blank = true;
      at = end > at ? end : at + 1;
      continue;
    }
    // A blank matters between two words only.
    if (blank && !kept.empty() && is_word(kept.back()) && is_word(c)) kept += ' ';
    blank = false;
    kept += c;
    ++at;
  }
  return kept;
}

}  // namespace vegttt::report
