#include "ptx.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace vegttt::evaluate::ptx {
namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '%';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Comments become spaces; line breaks stay. Strings keep what looks like comments.
std::string without_comments(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '"') {
      for (++i; i < out.size() && out[i] != '"'; ++i) {
      }
    } else if (out.compare(i, 2, "//") == 0) {
      for (; i < out.size() && out[i] != '\n'; ++i) out[i] = ' ';
    } else if (out.compare(i, 2, "/*") == 0) {
      const std::size_t end = std::min(out.find("*/", i + 2), out.size() - 2) + 2;
      for (; i < end; ++i)
        if (out[i] != '\n') out[i] = ' ';
      --i;
    }
  }
  return out;
}

struct Token {
  std::string_view text;
  std::size_t begin = 0;
};

// Names, directives with their dot, numbers, strings, single characters.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  bool next(Token& token) {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    if (at_ >= text_.size()) return false;
    const std::size_t begin = at_++;
    const char first = text_[begin];
    if (first == '"') {
      at_ = std::min(text_.find('"', at_), text_.size() - 1) + 1;
    } else if (is_name(first) || (first == '.' && at_ < text_.size() && is_name(text_[at_]))) {
      while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    }
    token = {text_.substr(begin, at_ - begin), begin};
    return true;
  }
  std::size_t position() const { return at_; }
  void to_end_of_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_line_directive(std::string_view token) {
  return token == ".version" || token == ".target" || token == ".address_size" || token == ".file";
}

constexpr std::array<std::string_view, 10> kInsideFunctions = {".reg",
                                                               ".param",
                                                               ".local",
                                                               ".shared",
                                                               ".pragma",
                                                               ".loc",
                                                               ".branchtargets",
                                                               ".calltargets",
                                                               ".callprototype",
                                                               ".align"};

// What a body may declare: compilers put nothing of module scope there, inline assembly can.
std::string objection_to_body(std::string_view body) {
  Lexer lexer(body);
  bool at_start = true;
  for (Token token; lexer.next(token);) {
    if (at_start && token.text.front() == '.' &&
        std::find(kInsideFunctions.begin(), kInsideFunctions.end(), token.text) ==
            kInsideFunctions.end())
      return "inline assembly declares '" + std::string(token.text) +
             "': variables that outlive a launch are not allowed";
    const char c = token.text.front();
    at_start = c == ';' || c == '{' || c == '}' || c == ':';
  }
  return "";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  core::Result<std::vector<Item>> parse() {
    for (Token token; lexer_.next(token);) {
      if (token.text == "#") return core::Failure{"inline assembly uses a preprocessor"};
      if (token.text == ";") continue;
      Item item;
      const bool ok = is_line_directive(token.text) ? take_line(token, item) : take(token, item);
      if (!ok) return core::Failure{objection_};
      items_.push_back(std::move(item));
    }
    return std::move(items_);
  }

 private:
  bool take_line(const Token& first, Item& item) {
    lexer_.to_end_of_line();
    item.text = text_.substr(first.begin, lexer_.position() - first.begin);
    return true;
  }

  // To the `;` or `}` that ends it.
  bool take(const Token& first, Item& item) {
    int depth = 0;
    bool name_comes = false;
    std::size_t body = 0;
    std::set<std::string, std::less<>> uses;
    Token token = first;
    do {
      const char c = token.text.front();
      if (depth == 0 && body == 0) classify(token.text, item, name_comes);
      if (c == '(' || c == '{') {
        if (c == '{' && depth == 0 && item.kind != Kind::kVariable) body = token.begin;
        ++depth;
      } else if (c == ')' || c == '}') {
        if (--depth < 0) return refuse("inline assembly leaves its function");
        if (c == '}' && depth == 0 && body != 0) return finish(first, body, item, uses);
      } else if (c == ';' && depth == 0) {
        return finish(first, 0, item, uses);
      } else if (c == '#') {
        return refuse("inline assembly uses a preprocessor");
      } else if (is_name_start(c) && c != '%') {
        uses.emplace(token.text);
      }
    } while (lexer_.next(token));
    return refuse("the compiler's output ends in the middle of a function");
  }

  void classify(std::string_view token, Item& item, bool& name_comes) {
    if (token == ".extern") item.is_extern = true;
    if (token == ".entry") item.kind = Kind::kEntry, name_comes = true;
    if (token == ".func") item.kind = Kind::kFunction, name_comes = true;
    if (token == ".global" || token == ".const" || token == ".shared") {
      item.kind = Kind::kVariable, name_comes = true;
      item.space = token;
    }
    if (token == "=") item.initialised = true;
    // Return values of a .func stand in parentheses before its name: depth 0 skips them.
    if (name_comes && item.name.empty() && is_name_start(token.front())) item.name = token;
  }

  bool finish(const Token& first,
              std::size_t body,
              Item& item,
              std::set<std::string, std::less<>>& uses) {
    item.text = text_.substr(first.begin, lexer_.position() - first.begin);
    item.defined = body != 0;
    if (item.kind == Kind::kHeader || item.name.empty())
      return refuse("inline assembly declares something outside of functions");
    if (body != 0) {
      objection_ = objection_to_body(text_.substr(body, lexer_.position() - body));
      if (!objection_.empty()) return false;
    }
    uses.erase(item.name);
    item.uses.assign(uses.begin(), uses.end());
    return true;
  }

  bool refuse(const char* why) {
    objection_ = why;
    return false;
  }

  std::string_view text_;
  Lexer lexer_;
  std::vector<Item> items_;
  std::string objection_;
};

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

core::Result<std::vector<Item>> parse(std::string_view text) {
  const std::string plain = without_comments(text);
  return Parser(plain).parse();
}

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
