#include "expression.h"

#include <cstdlib>
#include <functional>

#include "vegttt/core/text.h"

namespace vegttt::pretrain {

double Number::value() const { return std::strtod(text.c_str(), nullptr); }

std::string Number::c() const {
  return text.find_first_of(".e") == std::string::npos ? text + ".0f" : text + "f";
}

Expression Expression::of_leaf(int leaf) {
  Expression expression;
  expression.leaf = leaf;
  return expression;
}

double Expression::value(const std::vector<double>& leaves) const {
  if (!op) return leaves[static_cast<std::size_t>(leaf)];
  double values[3], literals[3];
  for (std::size_t i = 0; i < arguments.size(); ++i) values[i] = arguments[i].value(leaves);
  for (std::size_t i = 0; i < numbers.size(); ++i) literals[i] = numbers[i].value();
  return op->value(values, literals);
}

int Expression::count(int wanted) const {
  if (!op) return leaf == wanted;
  int total = 0;
  for (const auto& argument : arguments) total += argument.count(wanted);
  return total;
}

int Expression::operations() const {
  if (!op) return 0;
  int total = 1;
  for (const auto& argument : arguments) total += argument.operations();
  return total;
}

namespace {

bool is_name(const std::string& text) {
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

// How one of the two languages binds a value to a name and spells a literal.
struct Language {
  std::function<std::string(const std::string& name, const std::string& value)> bind;
  std::function<std::string(const Number&)> literal;
  std::vector<std::string> names;  // for bound values, in order of use
};

class Writer {
 public:
  Writer(const Language& language,
         const std::vector<std::string>& leaves,
         bool code,
         std::size_t names_taken)
      : language_(language), leaves_(leaves), code_(code), next_(names_taken) {}

  Written write(const Expression& expression) {
    Written result = node(expression);
    result.statements = statements_;
    return result;
  }

 private:
  Written node(const Expression& expression) {
    if (!expression.op)
      return {{}, leaves_[static_cast<std::size_t>(expression.leaf)], Binding::kCall};
    std::vector<Written> arguments;
    for (const auto& argument : expression.arguments) arguments.push_back(node(argument));
    const auto& op = *expression.op;
    const std::string pattern =
        code_ ? op.code[expression.code_spelling] : op.torch[expression.torch_spelling];
    return {{},
            filled(pattern, arguments, expression.numbers),
            code_ ? op.code_binding : op.torch_binding};
  }

  std::string filled(const std::string& pattern,
                     std::vector<Written>& arguments,
                     const std::vector<Number>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char mark = pattern[i];
      if (mark == '%') {
        text += language_.literal(numbers[static_cast<std::size_t>(pattern[++i] - 'a')]);
      } else if (mark == '$' || mark == '~' || mark == '@' || mark == '#') {
        text += argument_text(mark, arguments[static_cast<std::size_t>(pattern[++i] - '0')]);
      } else {
        text += mark;
      }
    }
    return text;
  }

  std::string argument_text(char mark, Written& argument) {
    if (mark == '#') bind(argument);
    const bool parentheses = (mark == '~' && argument.binding == Binding::kTernary) ||
                             (mark == '@' && argument.binding != Binding::kCall);
    return parentheses ? "(" + argument.text + ")" : argument.text;
  }

  void bind(Written& argument) {
    if (is_name(argument.text)) return;
    for (const auto& [value, name] : bound_)
      if (value == argument.text) {
        argument = {{}, name, Binding::kCall};
        return;
      }
    const std::string name =
        next_ < language_.names.size() ? language_.names[next_] : "t" + std::to_string(next_);
    ++next_;
    statements_.push_back(language_.bind(name, argument.text));
    bound_.emplace_back(argument.text, name);
    argument = {{}, name, Binding::kCall};
  }

  const Language& language_;
  const std::vector<std::string>& leaves_;
  bool code_;
  std::vector<std::string> statements_;
  std::vector<std::pair<std::string, std::string>> bound_;
  std::size_t next_;
};

}  // namespace

Written write_torch(const Expression& expression, const std::vector<std::string>& leaves) {
  static const Language torch{
      [](const std::string& name, const std::string& value) { return name + " = " + value; },
      [](const Number& number) { return number.text; },
      {"t", "u", "v"}};
  return Writer(torch, leaves, false, 0).write(expression);
}

Written write_code(const Expression& expression,
                   const std::vector<std::string>& leaves,
                   Dialect dialect) {
  static const Language code{[](const std::string& name, const std::string& value) {
                               return "const float " + name + " = " + value + ";";
                             },
                             [](const Number& number) { return number.c(); },
                             {"v", "u", "t", "s", "r", "q", "p"}};
  // A load that is used more than once is bound first.
  std::vector<std::string> names = leaves;
  std::vector<std::string> loads;
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    if (is_name(leaves[leaf]) || expression.count(static_cast<int>(leaf)) < 2) continue;
    names[leaf] = code.names[loads.size()];
    loads.push_back(code.bind(names[leaf], leaves[leaf]));
  }
  Written written = Writer(code, names, true, loads.size()).write(expression);
  written.statements.insert(written.statements.begin(), loads.begin(), loads.end());
  for (auto& statement : written.statements) statement = for_dialect(statement, dialect);
  written.text = for_dialect(written.text, dialect);
  return written;
}

std::string for_dialect(std::string code, Dialect dialect) {
  if (dialect == Dialect::kCpp) return code;
  return core::replace_all(
      core::replace_all(std::move(code), "std::max(", "fmaxf("), "std::min(", "fminf(");
}

}  // namespace vegttt::pretrain
