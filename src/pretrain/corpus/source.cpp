#include "source.h"

namespace vegttt::pretrain {

std::string grouped(const std::string& expression) {
  int depth = 0;
  for (const char c : expression) {
    depth += c == '(' || c == '[';
    depth -= c == ')' || c == ']';
    if (depth == 0 && c == ' ') return "(" + expression + ")";
  }
  return expression;
}

std::string product(const std::vector<std::string>& factors) {
  std::string text;
  for (const auto& factor : factors) {
    if (factor == "1") continue;
    if (!text.empty()) text += " * ";
    text += grouped(factor);
  }
  return text.empty() ? "1" : text;
}

std::string offset(const std::vector<std::string>& index, const std::vector<std::string>& shape) {
  std::string text;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == "1") continue;
    if (text.empty() || text == "0") {
      text = index[axis];
      continue;
    }
    text = grouped(text) + " * " + grouped(shape[axis]);
    if (index[axis] != "0") text += " + " + index[axis];
  }
  return text.empty() ? "0" : text;
}

std::string at(const std::string& tensor,
               const std::vector<std::string>& index,
               const std::vector<std::string>& shape) {
  return tensor + "[" + offset(index, shape) + "]";
}

std::string for_head(const std::string& var,
                     const std::string& lo,
                     const std::string& hi,
                     const std::string& step) {
  const std::string next = step.empty() ? "++" + var : var + " += " + step;
  return "for (int64_t " + var + " = " + lo + "; " + var + " < " + hi + "; " + next + ")";
}

Source& Source::line(const std::string& text) {
  text_ += std::string(2 * static_cast<std::size_t>(depth_), ' ') + text + "\n";
  return *this;
}

Source& Source::lines(const std::vector<std::string>& text) {
  for (const auto& one : text) line(one);
  return *this;
}

Source& Source::open(const std::string& head) {
  line(head + " {");
  ++depth_;
  return *this;
}

Source& Source::close() {
  --depth_;
  return line("}");
}

Source& Source::loop(const std::string& var,
                     const std::string& lo,
                     const std::string& hi,
                     const std::string& step) {
  return open(for_head(var, lo, hi, step));
}

Source& Source::each(const std::string& var,
                     const std::string& lo,
                     const std::string& hi,
                     const std::string& statement) {
  return line(for_head(var, lo, hi) + " " + statement);
}

void Source::close_to(int depth) {
  while (depth_ > depth) close();
}

}  // namespace vegttt::pretrain
