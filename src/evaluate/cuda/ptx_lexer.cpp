#include "ptx_lexer.h"

#include <algorithm>

namespace vegttt::evaluate::ptx {
namespace {

bool is_name(char c) { return c != '%' && (is_name_start(c) || is_digit(c)); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (; begin < end; ++begin)
    if (text[begin] != '\n') text[begin] = ' ';
}

std::string without_comments(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '"') {
      i = std::min(out.find('"', i + 1), out.size());
    } else if (out.compare(i, 2, "//") == 0) {
      const std::size_t end = std::min(out.find('\n', i), out.size());
      blank(out, i, end);
      i = end;
    } else if (out.compare(i, 2, "/*") == 0) {
      const std::size_t end = out.find("*/", i + 2);
      blank(out, i, end == std::string::npos ? out.size() : end + 2);
    }
  }
  return out;
}

bool is_word(char c) { return is_name(c) || c == ' ' || c == '.' || c == '-'; }

bool strings_are_words(std::string_view text) {
  for (std::size_t i = text.find('"'); i != std::string_view::npos; i = text.find('"', i + 1)) {
    const std::size_t begin = i + 1;
    i = text.find('"', begin);
    if (i == std::string_view::npos) return false;
    const std::string_view inside = text.substr(begin, i - begin);
    if (!std::all_of(inside.begin(), inside.end(), is_word)) return false;
  }
  return true;
}

}  // namespace

core::Result<std::string> plain_text(std::string_view text) {
  std::string plain = without_comments(text);
  if (plain.find('#') != std::string::npos)
    return core::Failure{"inline assembly uses a preprocessor"};
  for (const char c : plain)
    if (!is_space(c) && (c < ' ' || c > '~' || c == '\\' || c == '`' || c == '\''))
      return core::Failure{"inline assembly holds a character that PTX does not have"};
  if (!strings_are_words(plain))
    return core::Failure{"inline assembly holds a string that is not closed or not plain words"};
  return plain;
}

bool Lexer::next(Token& token) {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  if (at_ >= text_.size()) return false;
  const std::size_t begin = at_++;
  const char first = text_[begin];
  if (first == '"') {
    at_ = std::min(text_.find('"', at_), text_.size() - 1) + 1;
  } else if (is_name_start(first) || is_digit(first) ||
             (first == '.' && at_ < text_.size() && is_name(text_[at_]))) {
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
  }
  token = {text_.substr(begin, at_ - begin), begin};
  return true;
}

bool is_number(std::string_view token) {
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (!token.empty() && (token.back() == 'U' || token.back() == 'u')) token.remove_suffix(1);
  if (token.size() > 2 && token[0] == '0' &&
      std::string_view("xXfFdDbB").find(token[1]) != std::string_view::npos)
    return std::all_of(token.begin() + 2, token.end(), is_hex);
  // 1e9, and the front of 1e-9.
  const std::string_view exponent = token.substr(std::min(token.find_first_of("eE"), token.size()));
  token.remove_suffix(exponent.size());
  return !token.empty() && std::all_of(token.begin(), token.end(), is_digit) &&
         (exponent.empty() || std::all_of(exponent.begin() + 1, exponent.end(), is_digit));
}

}  // namespace vegttt::evaluate::ptx
