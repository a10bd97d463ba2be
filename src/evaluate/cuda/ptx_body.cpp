#include "ptx_body.h"

#include <algorithm>
#include <array>

#include "ptx_lexer.h"

namespace vegttt::evaluate::ptx {
namespace {

// What begins a statement that is not an instruction. Debug directives (.loc, .file, .section) end
// with their line and are never asked for.
constexpr std::array<std::string_view, 8> kDeclarations = {".reg",
                                                           ".param",
                                                           ".local",
                                                           ".shared",
                                                           ".pragma",
                                                           ".branchtargets",
                                                           ".calltargets",
                                                           ".callprototype"};

// Words of module scope; in an instruction they may only be a part of its name (ld.global).
constexpr std::array<std::string_view, 20> kOfTheModule = {
    ".global", ".const",   ".extern", ".visible",   ".weak",    ".common",      ".entry",
    ".func",   ".file",    ".loc",    ".section",   ".alias",   ".version",     ".target",
    ".tex",    ".sampler", ".surf",   ".attribute", ".managed", ".address_size"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool ends_statement(char c) { return c == ';' || c == '{' || c == '}' || c == ':'; }

std::string objection_to(std::string_view directive) {
  return "inline assembly declares with '" + std::string(directive) +
         "': variables that outlive a launch and other declarations of a module are not allowed";
}

}  // namespace

std::string objection_to_body(std::string_view body) {
  Lexer lexer(body);
  bool at_start = true, instruction = false;
  std::size_t end_of_last = 0;
  for (Token token; lexer.next(token); end_of_last = token.end()) {
    if (at_start) instruction = token.first() != '.';
    const bool part_of_name = instruction && !at_start && token.begin == end_of_last;
    if (at_start && !instruction && !is_one_of(kDeclarations, token.text))
      return objection_to(token.text);
    if (is_one_of(kOfTheModule, token.text) && !part_of_name) return objection_to(token.text);
    if (is_digit(token.first()) && !is_number(token.text))
      return "inline assembly holds '" + std::string(token.text) + "', which is not a number";
    at_start = ends_statement(token.first());
  }
  return "";
}

}  // namespace vegttt::evaluate::ptx
