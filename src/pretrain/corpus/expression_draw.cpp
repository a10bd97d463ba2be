#include "expression.h"

namespace vegttt::pretrain {

Number draw_number(Draw& draw) {
  if (draw.chance(0.45)) {
    return {draw.pick({"0.5",
                       "2.0",
                       "0.1",
                       "1.5",
                       "0.25",
                       "3.0",
                       "2",
                       "1",
                       "1.0",
                       "0.01",
                       "0.2",
                       "4.0",
                       "10.0",
                       "0.75"})};
  }
  const std::string whole = std::to_string(draw.below(draw.chance(0.85) ? 3 : 12));
  std::string fraction = std::to_string(draw.between(1, 9));
  for (int digits = static_cast<int>(draw.below(3)); digits > 0; --digits) {
    fraction = std::to_string(draw.below(10)) + fraction;  // the last digit stays nonzero
  }
  return {whole + "." + fraction};
}

namespace {

// Bounds of clamp-like operators lie on both sides of the inputs, lower one first.
std::vector<Number> draw_bounds(Draw& draw) {
  const std::string low =
      draw.pick({"-1.0", "-0.5", "-2.0", "-1.5", "0.0", "-3.0", "-0.8", "-1.2", "0.1", "-0.25"});
  const std::string high =
      draw.pick({"1.0", "0.5", "2.0", "1.5", "3.0", "0.8", "1.2", "2.5", "6.0", "0.75"});
  return {{low}, {high}};
}

std::vector<Number> draw_numbers(Draw& draw, const Operator& op) {
  if (op.numbers == 0) return {};
  if (op.numbers == 2) return draw_bounds(draw);
  if (std::string(op.name) == "leaky_relu")
    return {{draw.pick({"0.01", "0.1", "0.2", "0.05", "0.3", "0.02"})}};
  Number number = draw_number(draw);
  const std::string name = op.name;
  // Factors of one would make the operator disappear.
  while ((name == "mul_number" || name == "div_number") && number.value() == 1)
    number = draw_number(draw);
  return {number};
}

std::size_t draw_spelling(Draw& draw, std::size_t spellings) {
  if (spellings < 2 || draw.chance(0.6)) return 0;
  return static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(spellings)));
}

Expression applied(Draw& draw, const Operator& op, std::vector<Expression> arguments) {
  Expression result;
  result.op = &op;
  result.arguments = std::move(arguments);
  result.numbers = draw_numbers(draw, op);
  result.torch_spelling = draw_spelling(draw, op.torch.size());
  // Where both languages have the same spellings the code follows the reference.
  result.code_spelling = op.code.size() == op.torch.size() ? result.torch_spelling : 0;
  return result;
}

bool is_wild(const std::string& name) {
  return name == "sin" || name == "cos" || name == "exp" || name == "exp_neg" || name == "expm1" ||
         name == "cube" || name == "sqrt_abs";
}

const Operator& draw_operator(Draw& draw, int arguments, bool tame = false) {
  std::vector<double> weights;
  for (const auto& op : operators())
    weights.push_back(op.arguments == arguments && !(tame && is_wild(op.name)) ? op.weight : 0);
  return operators()[draw.weighted(weights)];
}

}  // namespace

Expression apply(Draw& draw, const std::string& name, std::vector<Expression> arguments) {
  return applied(draw, operator_named(name), std::move(arguments));
}

Expression apply(const std::string& name,
                 std::vector<Expression> arguments,
                 std::vector<Number> numbers) {
  Expression result;
  result.op = &operator_named(name);
  result.arguments = std::move(arguments);
  result.numbers = std::move(numbers);
  return result;
}

Expression draw_unary(Draw& draw, Expression inner, bool tame) {
  return applied(draw, draw_operator(draw, 1, tame), {std::move(inner)});
}

Expression draw_expression(Draw& draw, int leaves, int operations) {
  // Start from the leaves, apply operators to random members until one is left.
  std::vector<Expression> pool;
  for (int leaf = 0; leaf < leaves; ++leaf) pool.push_back(Expression::of_leaf(leaf));
  while (operations > 0 || pool.size() > 1) {
    const auto first = static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(pool.size())));
    const bool must_join = pool.size() > 1 && static_cast<int>(pool.size()) > operations;
    if (must_join || (pool.size() > 1 && draw.chance(0.4))) {
      std::size_t second =
          static_cast<std::size_t>(draw.below(static_cast<std::int64_t>(pool.size()) - 1));
      if (second >= first) ++second;
      Expression joined = applied(draw, draw_operator(draw, 2), {pool[first], pool[second]});
      pool[first] = std::move(joined);
      pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(second));
    } else if (draw.chance(0.18)) {
      // Two uses of the same value: x * f(x).
      Expression other =
          draw_unary(draw, Expression::of_leaf(static_cast<int>(draw.below(leaves))));
      pool[first] = applied(draw, draw_operator(draw, 2), {pool[first], std::move(other)});
      --operations;
    } else {
      pool[first] = draw_unary(draw, pool[first]);
    }
    --operations;
  }
  return pool[0];
}

}  // namespace vegttt::pretrain
