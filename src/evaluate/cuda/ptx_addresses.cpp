#include "ptx_addresses.h"

#include <map>
#include <vector>

#include "ptx_lexer.h"

namespace vegttt::evaluate::ptx {
namespace {

using Names = std::vector<std::string_view>;

// st.param.b64 [a], b: `operation` st, `target` what stands before the first comma, `sources`
// after.
struct Instruction {
  std::string_view operation;
  Names target, sources;
};

bool ends(std::string_view token) {
  return token == ";" || token == "{" || token == "}" || token == ":";
}

std::vector<std::vector<Token>> statements_of(std::string_view body) {
  std::vector<std::vector<Token>> statements(1);
  Lexer lexer(body);
  bool in_operands = false;
  for (Token token; lexer.next(token);) {
    // Braces of vectors, {%r1, %r2}, stand among operands.
    const bool vector = in_operands && (token.text == "{" || token.text == "}");
    if (ends(token.text) && !vector) {
      statements.emplace_back();
      in_operands = false;
      continue;
    }
    in_operands = true;
    statements.back().push_back(token);
  }
  return statements;
}

Instruction instruction_of(const std::vector<Token>& statement) {
  Instruction result;
  bool behind_comma = false, predicate = false;
  int depth = 0;
  for (const Token& token : statement) {
    if (token.first() == '@') predicate = true;
    if (depth == 0 && token.text == ",") behind_comma = true;
    if (token.text == "{" || token.text == "[" || token.text == "(") ++depth;
    if (token.text == "}" || token.text == "]" || token.text == ")") --depth;
    if (!is_name_start(token.first())) continue;
    if (predicate && token.first() == '%')
      predicate = false;
    else if (result.operation.empty())
      result.operation = token.text;
    else
      (behind_comma ? result.sources : result.target).push_back(token.text);
  }
  return result;
}

std::vector<Instruction> instructions_of(std::string_view body) {
  std::vector<Instruction> instructions;
  for (const std::vector<Token>& statement : statements_of(body))
    if (!statement.empty()) instructions.push_back(instruction_of(statement));
  return instructions;
}

// Which variables' addresses each register may hold.
class Flow {
 public:
  explicit Flow(const std::set<std::string>& variables) : variables_(variables) {}

  // False when nothing new was learnt.
  bool follow(const Instruction& i) {
    if (i.operation == "st" || i.operation == "red" || i.operation == "call")
      return give_away(i.target) | give_away(i.sources);
    if (i.operation == "ld" || i.operation == "ldu") return false;
    if (i.operation == "atom") return give_away(i.sources);
    bool news = false;
    for (const std::string_view to : i.target)
      for (const std::string& variable : held_by(i.sources))
        news |= held_[std::string(to)].insert(variable).second;
    return news;
  }

  const std::set<std::string>& given_away() const { return given_away_; }

 private:
  std::set<std::string> held_by(const Names& names) const {
    std::set<std::string> all;
    for (const std::string_view name : names) {
      if (variables_.contains(std::string(name))) all.emplace(name);
      if (const auto held = held_.find(std::string(name)); held != held_.end())
        all.insert(held->second.begin(), held->second.end());
    }
    return all;
  }
  bool give_away(const Names& names) {
    const std::size_t before = given_away_.size();
    given_away_.merge(held_by(names));
    return given_away_.size() > before;
  }

  const std::set<std::string>& variables_;
  std::map<std::string, std::set<std::string>> held_;
  std::set<std::string> given_away_;
};

}  // namespace

std::set<std::string> addresses_given_away(std::string_view body,
                                           const std::set<std::string>& variables) {
  const std::vector<Instruction> instructions = instructions_of(body);
  Flow flow(variables);
  for (bool news = true; news;) {
    news = false;
    for (const Instruction& instruction : instructions) news |= flow.follow(instruction);
  }
  return flow.given_away();
}

bool takes_address(std::string_view body, const std::set<std::string>& functions) {
  for (const Instruction& instruction : instructions_of(body)) {
    if (instruction.operation == "call") continue;
    for (const Names* names : {&instruction.target, &instruction.sources})
      for (const std::string_view name : *names)
        if (functions.contains(std::string(name))) return true;
  }
  return false;
}

}  // namespace vegttt::evaluate::ptx
