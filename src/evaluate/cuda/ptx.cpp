#include "ptx.h"

#include <algorithm>
#include <array>
#include <set>

#include "ptx_body.h"
#include "ptx_lexer.h"

namespace vegttt::evaluate::ptx {
namespace {

// Between the parameters of a function and its body.
constexpr std::array<std::string_view, 11> kOfFunctions = {".maxntid",
                                                           ".reqntid",
                                                           ".minnctapersm",
                                                           ".maxnctapersm",
                                                           ".maxnreg",
                                                           ".noreturn",
                                                           ".reqnctapercluster",
                                                           ".explicitcluster",
                                                           ".maxclusterrank",
                                                           ".blocksareclusters",
                                                           ".abi_preserve"};

bool opens(char c) { return c == '(' || c == '{' || c == '['; }
bool closes(char c) { return c == ')' || c == '}' || c == ']'; }

constexpr const char* kLeaves = "inline assembly declares something outside of functions";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  core::Result<Module> parse() {
    if (!take_header()) return core::Failure{"the compiler's output does not begin as PTX"};
    while (next()) {
      if (token_.text == ";") continue;
      Item item;
      uses_.clear();
      if (!take(item)) return core::Failure{objection_.empty() ? kUnfinished : objection_};
      uses_.erase(item.name);
      item.uses.assign(uses_.begin(), uses_.end());
      module_.items.push_back(std::move(item));
    }
    return std::move(module_);
  }

 private:
  static constexpr const char* kUnfinished =
      "the compiler's output ends in the middle of a declaration";

  bool next() { return lexer_.next(token_); }
  bool refuse(std::string why) {
    objection_ = std::move(why);
    return false;
  }
  bool refuse_token() {
    return refuse(std::string(kLeaves) + ", at '" + std::string(token_.text) + "'");
  }

  // .version 9.0 .target sm_90a .address_size 64, as compilers begin; nowhere else and nothing
  // more.
  bool take_header() {
    const auto word = [&](std::string_view text) { return next() && token_.text == text; };
    const auto a_number = [&] { return next() && is_number(token_.text); };
    const bool version = word(".version") && a_number() && next() && token_.first() == '.' &&
                         is_number(token_.text.substr(1));
    const bool target = version && word(".target") && next() && token_.text.substr(0, 3) == "sm_";
    if (!target || !word(".address_size") || !word("64")) return false;
    module_.header = text_.substr(0, lexer_.position());
    return true;
  }

  bool take(Item& item) {
    if (token_.text == ".visible" || token_.text == ".weak" || token_.text == ".extern") {
      item.linkage = token_.text;
      if (!next()) return false;
    }
    const std::size_t begin = token_.begin;
    bool taken = false;
    if (token_.text == ".entry" || token_.text == ".func")
      taken = take_function(item);
    else if (token_.text == ".global" || token_.text == ".const" || token_.text == ".shared")
      taken = take_variable(item);
    else if (token_.first() == '}')
      return refuse("inline assembly leaves its function");
    else
      return refuse_token();
    item.text = text_.substr(begin, lexer_.position() - begin);
    return taken;
  }

  bool take_name(Item& item) {
    if (!is_name_start(token_.first()) || token_.first() == '%') return refuse_token();
    item.name = token_.text;
    return true;
  }

  // .entry NAME (...) directives {...}; .func (...) NAME (...) ... {...}; either may end with `;`.
  bool take_function(Item& item) {
    item.kind = token_.text == ".entry" ? Kind::kEntry : Kind::kFunction;
    if (!next()) return false;
    if (item.kind == Kind::kFunction && token_.text == "(" && (!take_group() || !next()))
      return false;
    if (!take_name(item) || !next()) return false;
    if (token_.text == "(" && (!take_group() || !next())) return false;
    if (!take_directives()) return false;
    if (token_.text == ";") return true;
    if (token_.text != "{") return refuse_token();
    item.defined = true;
    return take_body();
  }

  bool take_directives() {
    for (; token_.text != "{" && token_.text != ";";) {
      const bool known =
          std::find(kOfFunctions.begin(), kOfFunctions.end(), token_.text) != kOfFunctions.end();
      if (!known && token_.text != "," && !is_number(token_.text)) return refuse_token();
      if (!next()) return false;
    }
    return true;
  }

  bool take_body() {
    const std::size_t begin = token_.begin;
    if (!take_group()) return false;
    return refuse_unless_empty(objection_to_body(text_.substr(begin, lexer_.position() - begin)));
  }

  bool refuse_unless_empty(std::string why) { return why.empty() || refuse(std::move(why)); }

  // From an opening bracket to the one that closes it; a body's may hold statements.
  bool take_group() {
    const bool body = token_.text == "{";
    std::string open;
    do {
      if (opens(token_.first())) open += token_.first();
      if (closes(token_.first()) && !close(open)) return refuse_token();
      if (!body && (token_.text == ";" || token_.text == "{")) return refuse_token();
      note_use();
      if (open.empty()) return true;
    } while (next());
    return false;
  }

  bool close(std::string& open) const {
    const char c = token_.first(), partner = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (open.empty() || open.back() != partner) return false;
    open.pop_back();
    return true;
  }

  void note_use() {
    if (is_name_start(token_.first()) && token_.first() != '%') uses_.emplace(token_.text);
  }

  // One variable: .global .align 4 .b8 NAME[24] = {1, 2};
  bool take_variable(Item& item) {
    item.space = token_.text;
    std::string open;
    while (next()) {
      const char c = token_.first();
      if (c == ';') return (open.empty() && !item.name.empty()) || refuse_token();
      if (token_.text == ".managed")
        return refuse("a managed variable outlives a launch: use the workspace (ws.alloc)");
      if (opens(c)) open += c;
      if (closes(c) && !close(open)) return refuse_token();
      if (open.empty() && c == ',') return refuse_token();  // a second variable
      if (!item.name.empty() && c == '.') return refuse_token();
      if (is_digit(c) && !is_number(token_.text)) return refuse_token();
      if (c == '=') item.initialised = true;
      if (item.name.empty() && open.empty() && is_name_start(c) && !take_name(item)) return false;
      note_use();
    }
    return false;
  }

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  Module module_;
  std::set<std::string, std::less<>> uses_;
  std::string objection_;
};

}  // namespace

core::Result<Module> parse(std::string_view text) {
  const core::Result<std::string> plain = plain_text(text);
  if (!plain) return core::Failure{plain.error()};
  return Parser(plain.value()).parse();
}

}  // namespace vegttt::evaluate::ptx
