#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vegttt::core {

// Invalid sequences become U+FFFD.
std::string valid_utf8(std::string_view bytes);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::vector<std::string_view> lines_of(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
bool starts_with(std::string_view text, std::string_view prefix);

// The nearest of `known` by edit distance when it is near enough to be meant, else "".
std::string nearest(std::string_view word, const std::vector<std::string>& known);
// " - did you mean 'x'?" or "".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

// A table of cells as aligned text; the first row is the header. `right` marks right-aligned
// columns.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header, std::vector<bool> right = {});
  void add(std::vector<std::string> row);
  std::string plain() const;     // columns aligned with two spaces between them
  std::string markdown() const;  // a GitHub table; '|' in cells is escaped
  bool empty() const { return rows_.size() <= 1; }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> right_;
};

}  // namespace vegttt::core
