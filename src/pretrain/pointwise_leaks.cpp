#include "pointwise_leaks.h"

#include <algorithm>
#include <cmath>

namespace vegttt::pretrain {
namespace {

using Function = double (*)(double);

// Reserved pointwise tasks: 5 scaling, 19 ReLU, 21 sigmoid, 28 hard sigmoid, 29 softplus, 30
// softsign, 32 hard tanh.
const std::vector<Function>& reserved() {
  static const std::vector<Function> all = {
      [](double v) { return std::max(v, 0.0); },
      [](double v) { return 1 / (1 + std::exp(-v)); },
      [](double v) { return std::clamp(v + 3, 0.0, 6.0) / 6; },
      [](double v) { return v > 20 ? v : std::log1p(std::exp(v)); },
      [](double v) { return v / (1 + std::abs(v)); },
      [](double v) { return std::clamp(v, -1.0, 1.0); },
  };
  return all;
}

std::vector<double> points() {
  std::vector<double> values;
  for (int i = -40; i <= 40; ++i) values.push_back(0.11 * i + 0.013);
  values.push_back(25);
  return values;
}

bool agree(double a, double b) { return std::abs(a - b) <= 1e-4 * (1 + std::abs(b)); }

bool is_scaling(const std::vector<double>& at, const std::vector<double>& values) {
  const double factor = values[0] / at[0];
  for (std::size_t i = 0; i < at.size(); ++i)
    if (!agree(values[i], factor * at[i])) return false;
  return true;
}

// These alone are a reserved task with other constants.
bool is_reserved_operator(const Expression& expression) {
  if (!expression.op || expression.arguments[0].op) return false;
  const std::string name = expression.op->name;
  return name == "hardtanh" || name == "clamp" || name == "mul_number" || name == "div_number";
}

}  // namespace

bool is_reserved_pointwise(const Expression& expression, std::size_t inputs) {
  if (inputs != 1) return false;
  if (!expression.op || is_reserved_operator(expression)) return true;
  static const std::vector<double> at = points();
  std::vector<double> values;
  for (const double x : at) values.push_back(expression.value({x}));
  if (is_scaling(at, values)) return true;
  return std::any_of(reserved().begin(), reserved().end(), [&](Function f) {
    for (std::size_t i = 0; i < at.size(); ++i)
      if (!agree(values[i], f(at[i]))) return false;
    return true;
  });
}

}  // namespace vegttt::pretrain
