// What a launch has to know about an entry: its arguments and limits; and names put in place of
// others.
#include <algorithm>
#include <map>

#include "ptx.h"
#include "ptx_lexer.h"

namespace vegttt::evaluate::ptx {
namespace {

std::uint32_t bytes_of_type(std::string_view type) {
  if (type.size() < 3 || type[0] != '.') return 0;
  if (type == ".pred") return 1;
  const std::string_view bits = type.substr(2);
  if (bits == "8") return 1;
  if (bits == "16") return 2;
  if (bits == "32") return 4;
  if (bits == "64") return 8;
  if (bits == "128") return 16;
  return 0;
}

std::uint32_t number(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits)
    if (is_digit(c))
      value = std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(c - '0'), 1u << 30);
  return static_cast<std::uint32_t>(value);
}

}  // namespace

std::string replace_names(std::string_view text,
                          const std::vector<std::pair<std::string, std::string>>& names) {
  const std::map<std::string_view, std::string_view> table(names.begin(), names.end());
  std::string out;
  std::size_t copied = 0;
  Lexer lexer(text);
  for (Token token; lexer.next(token);) {
    const auto found = table.find(token.text);
    if (found == table.end()) continue;
    out += text.substr(copied, token.begin - copied);
    out += found->second;
    copied = token.begin + token.text.size();
  }
  return out += text.substr(copied);
}

std::vector<Parameter> parameters_of(const Item& entry) {
  std::vector<Parameter> list;
  Lexer lexer(entry.text);
  Token token;
  while (lexer.next(token) && token.text != "(") {
    if (token.text == "{" || token.text == ";") return list;
  }
  std::uint32_t align = 0, size = 0, count = 0, end = 0;
  bool pointer_attributes = false, in_brackets = false, align_comes = false;
  const auto add = [&] {
    if (size == 0) return;
    const std::uint32_t boundary = std::max(align, size);
    end = (end + boundary - 1) / boundary * boundary;
    list.push_back({end, size * std::max(count, 1u)});
    end += list.back().bytes;
    align = size = count = 0;
    pointer_attributes = false;
  };
  while (lexer.next(token) && token.text != ")") {
    if (token.text == ",") add();
    if (token.text == ".ptr") pointer_attributes = true;
    if (is_digit(token.text.front())) {
      if (in_brackets) count = number(token.text);
      if (align_comes && !pointer_attributes) align = number(token.text);
    }
    align_comes = token.text == ".align";
    if (token.text == "[") in_brackets = true;
    if (token.text == "]") in_brackets = false;
    if (const std::uint32_t bytes = bytes_of_type(token.text); bytes != 0 && size == 0)
      size = bytes;
  }
  add();
  return list;
}

std::vector<std::uint32_t> numbers_behind(const Item& entry, std::string_view directive) {
  std::vector<std::uint32_t> list;
  Lexer lexer(std::string_view(entry.text).substr(0, entry.text.find('{')));
  bool inside = false;
  for (Token token; lexer.next(token);) {
    if (inside && is_digit(token.text.front()))
      list.push_back(number(token.text));
    else if (token.text != ",")
      inside = token.text == directive;
  }
  return list;
}

}  // namespace vegttt::evaluate::ptx
