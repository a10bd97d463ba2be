// PTX as tokens. What the assembler is given is what was looked at here: text without comments, of
// characters that mean the same to both.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "vegttt/core/result.h"

namespace vegttt::evaluate::ptx {

inline bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '%';
}
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Comments become spaces, line breaks stay. A Failure names what compilers do not write outside of
// comments: characters that PTX does not have, preprocessor lines, strings with more than words.
core::Result<std::string> plain_text(std::string_view text);

struct Token {
  std::string_view text;
  std::size_t begin = 0;

  char first() const { return text.front(); }
  std::size_t end() const { return begin + text.size(); }
};

// Names, directives with their dot, numbers, strings, single characters.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  bool next(Token& token);
  std::size_t position() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Digits that are a number to the assembler too, not a number with a name grown to it.
bool is_number(std::string_view token);

}  // namespace vegttt::evaluate::ptx
