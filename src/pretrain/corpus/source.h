// Putting kernel text together: indented lines, row-major indices.
#pragma once

#include <string>
#include <vector>

namespace vegttt::pretrain {

// A product or index term that binds weaker than '*' is put into parentheses.
std::string grouped(const std::string& expression);
// "M * N * K"; "1" for none. Factors "1" are left out.
std::string product(const std::vector<std::string>& factors);
// Row-major offset of `index` in `shape`: "(b * M + i) * N + j". Axes of extent "1" are skipped.
std::string offset(const std::vector<std::string>& index, const std::vector<std::string>& shape);
// "x[offset]"
std::string at(const std::string& tensor,
               const std::vector<std::string>& index,
               const std::vector<std::string>& shape);

// Lines of code; the indent follows the braces that open() and close() write.
class Source {
 public:
  explicit Source(int depth = 0) : depth_(depth) {}
  Source& line(const std::string& text);
  Source& lines(const std::vector<std::string>& text);
  // "HEAD {" ... "}"
  Source& open(const std::string& head);
  Source& close();
  // A loop over [lo, hi) that holds more than one line.
  Source& loop(const std::string& var,
               const std::string& lo,
               const std::string& hi,
               const std::string& step = "");
  // "for (...)" with one statement on a line of its own.
  Source& each(const std::string& var,
               const std::string& lo,
               const std::string& hi,
               const std::string& statement);
  Source& raw(const std::string& text) {
    text_ += text;
    return *this;
  }
  int depth() const { return depth_; }
  void close_to(int depth);
  const std::string& text() const { return text_; }

 private:
  int depth_;
  std::string text_;
};

std::string for_head(const std::string& var,
                     const std::string& lo,
                     const std::string& hi,
                     const std::string& step = "");

}  // namespace vegttt::pretrain
