// Recursive descent over: sum = product {(+|-) product}; product = unary {(*|//) unary}; unary =
// [-] atom; atom = integer | name | min(...) | max(...) | ( sum ).
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/task.h"

namespace vegttt::tasks {
namespace {

class Parser {
 public:
  Parser(const std::string& text, const Dimensions& dims, const std::string& where)
      : text_(text), dims_(dims), where_(where) {}

  std::int64_t whole() {
    const std::int64_t value = sum();
    skip_space();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
    return value;
  }

 private:
  std::int64_t sum() {
    std::int64_t value = product();
    while (true) {
      if (take("+")) {
        value = checked(&add, value, product());
      } else if (take("-")) {
        value = checked(&subtract, value, product());
      } else {
        return value;
      }
    }
  }

  std::int64_t product() {
    std::int64_t value = unary();
    while (true) {
      if (take("//")) {
        value = floor_divide(value, unary());
      } else if (take("*")) {
        value = checked(&multiply, value, unary());
      } else {
        return value;
      }
    }
  }

  std::int64_t unary() {
    Nesting nesting(*this);
    if (take("-")) return checked(&subtract, 0, unary());
    return atom();
  }

  std::int64_t atom() {
    skip_space();
    if (take("(")) {
      const std::int64_t value = sum();
      expect(")");
      return value;
    }
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) return number();
    const std::string word = name();
    if (word == "min" || word == "max") return extreme(word == "min");
    return lookup(word);
  }

  std::int64_t number() {
    std::int64_t value = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      value = checked(&add, checked(&multiply, value, 10), text_[at_++] - '0');
    }
    return value;
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_'))
      ++at_;
    if (at_ == begin) {
      fail(at_ < text_.size() ? fmt::format("unexpected '{}'", text_[at_])
                              : std::string("it ends too early"));
    }
    return text_.substr(begin, at_ - begin);
  }

  std::int64_t extreme(bool smallest) {
    expect("(");
    std::int64_t value = sum();
    while (take(",")) value = smallest ? std::min(value, sum()) : std::max(value, sum());
    expect(")");
    return value;
  }

  std::int64_t lookup(const std::string& word) {
    std::vector<std::string> known;
    for (const auto& [name, value] : dims_.integers) {
      if (name == word) return value;
      known.push_back(name);
    }
    for (const auto& [name, value] : dims_.reals) {
      if (name == word) fail(fmt::format("'{}' is {}, not an integer", word, value));
    }
    fail(fmt::format("unknown name '{}'{}", word, core::did_you_mean(word, known)));
  }

  std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    if (b == 0) fail("division by zero");
    if (b == -1) return checked(&subtract, 0, a);
    const std::int64_t quotient = a / b;
    return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
  }

  static bool add(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_add_overflow(a, b, r);
  }
  static bool subtract(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_sub_overflow(a, b, r);
  }
  static bool multiply(std::int64_t a, std::int64_t b, std::int64_t* r) {
    return __builtin_mul_overflow(a, b, r);
  }

  std::int64_t checked(bool (*overflows)(std::int64_t, std::int64_t, std::int64_t*),
                       std::int64_t a,
                       std::int64_t b) {
    std::int64_t result = 0;
    if (overflows(a, b, &result)) fail("the value does not fit 64 bits");
    return result;
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(std::string_view token) {
    skip_space();
    if (text_.compare(at_, token.size(), token) != 0) return false;
    at_ += token.size();
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail(fmt::format("expected '{}'", token));
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw core::UserError(fmt::format("expression '{}': {}", text_, reason),
                          where_,
                          "integers, names, + - * // ( ) min(a,b) max(a,b)");
  }

  // A file of ours could nest as deep as the stack is; no honest expression does.
  struct Nesting {
    explicit Nesting(Parser& parser) : parser(parser) {
      if (++parser.depth_ > 200) parser.fail("nested too deeply");
    }
    ~Nesting() { --parser.depth_; }
    Parser& parser;
  };

  const std::string& text_;
  const Dimensions& dims_;
  const std::string& where_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::int64_t evaluate_expression(const std::string& expression,
                                 const Dimensions& dims,
                                 const std::string& where) {
  return Parser(expression, dims, where).whole();
}

}  // namespace vegttt::tasks
