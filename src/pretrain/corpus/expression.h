// Pointwise expressions in three forms: TorchScript, kernel code, and a value (for the fingerprint
// against reserved tasks). The operator table is operators.cpp.
#pragma once

#include <string>
#include <vector>

#include "draw.h"

namespace vegttt::pretrain {

enum class Dialect { kCpp, kCuda };

// A literal as Python writes it, for instance "0.5", "2" or "1e-05".
struct Number {
  std::string text;
  double value() const;
  std::string c() const;  // "0.5f", "2.0f"
};

// How strongly a text binds: what may stand next to it without parentheses.
enum class Binding { kTernary, kSum, kProduct, kCall };

// One operator. In the templates $0 is an argument as it is, ~0 in parentheses when a ternary, @0
// in parentheses unless a call or name, #0 bound to a name first; %a %b are the literals.
struct Operator {
  const char* name;
  int arguments;
  int numbers;
  std::vector<const char*> torch;  // spellings; the first is the usual one
  Binding torch_binding;
  std::vector<const char*> code;
  Binding code_binding;
  double (*value)(const double* arguments, const double* numbers);
  double weight;  // how often it is drawn
};
const std::vector<Operator>& operators();
const Operator& operator_named(const std::string& name);

struct Expression {
  const Operator* op = nullptr;  // null: a leaf
  int leaf = 0;
  std::vector<Expression> arguments;
  std::vector<Number> numbers;
  std::size_t torch_spelling = 0, code_spelling = 0;

  static Expression of_leaf(int leaf);
  double value(const std::vector<double>& leaves) const;
  int count(int leaf) const;
  int operations() const;
};

// Text with the assignments that have to come before it.
struct Written {
  std::vector<std::string> statements;
  std::string text;
  Binding binding = Binding::kCall;
};
Written write_torch(const Expression& expression, const std::vector<std::string>& leaves);
// Leaves that are loads ("x[i]") and used twice are bound to names; `taken` names are not used.
Written write_code(const Expression& expression,
                   const std::vector<std::string>& leaves,
                   Dialect dialect);

// std::max(a, b) is fmaxf(a, b) on the device.
std::string for_dialect(std::string code, Dialect dialect);

// Draws. `operations` applications of random operators over the leaves; every leaf occurs.
Expression draw_expression(Draw& draw, int leaves, int operations);
// Wraps `inner` in one random operator of one argument (or with a constant).
// `tame`: only operators that do not magnify the rounding of a long sum.
Expression draw_unary(Draw& draw, Expression inner, bool tame = false);
Expression apply(Draw& draw, const std::string& name, std::vector<Expression> arguments);
Expression apply(const std::string& name,
                 std::vector<Expression> arguments,
                 std::vector<Number> numbers = {});
Number draw_number(Draw& draw);

}  // namespace vegttt::pretrain
