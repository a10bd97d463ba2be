// The pointwise operators that the corpus knows. Operators that a reserved task consists of are taught inside
// compositions only: leaks.h drops an expression that equals one.
#include <algorithm>
#include <cmath>

#include "expression.h"
#include "vegttt/core/error.h"

namespace vegttt::pretrain {
namespace {

using D = const double*;
constexpr Binding kT = Binding::kTernary, kS = Binding::kSum, kP = Binding::kProduct, kC = Binding::kCall;

double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
double softplus(double v) { return v > 20 ? v : std::log1p(std::exp(v)); }

std::vector<Operator> table() {
  return {
      // arithmetic
      {"add", 2, 0, {"~0 + ~1"}, kS, {"~0 + ~1"}, kS, [](D a, D) { return a[0] + a[1]; }, 5},
      {"sub", 2, 0, {"~0 - @1"}, kS, {"~0 - @1"}, kS, [](D a, D) { return a[0] - a[1]; }, 4},
      {"mul", 2, 0, {"@0 * @1"}, kP, {"@0 * @1"}, kP, [](D a, D) { return a[0] * a[1]; }, 6},
      {"div", 2, 0, {"@0 / (1 + torch.abs($1))", "@0 / (torch.abs($1) + 1)"}, kP,
       {"@0 / (1.0f + fabsf($1))", "@0 / (fabsf($1) + 1.0f)"}, kP,
       [](D a, D) { return a[0] / (1 + std::abs(a[1])); }, 2},
      {"div_square", 2, 0, {"@0 / (@1 ** 2 + 1.0)"}, kP, {"@0 / (#1 * #1 + 1.0f)"}, kP,
       [](D a, D) { return a[0] / (a[1] * a[1] + 1); }, 1},
      {"maximum", 2, 0, {"torch.maximum($0, $1)"}, kC, {"std::max($0, $1)"}, kC,
       [](D a, D) { return std::max(a[0], a[1]); }, 1.5},
      {"minimum", 2, 0, {"torch.minimum($0, $1)"}, kC, {"std::min($0, $1)"}, kC,
       [](D a, D) { return std::min(a[0], a[1]); }, 1.5},
      {"add_number", 1, 1, {"~0 + %a", "%a + ~0"}, kS, {"~0 + %a", "%a + ~0"}, kS,
       [](D a, D n) { return a[0] + n[0]; }, 4},
      {"sub_number", 1, 1, {"~0 - %a"}, kS, {"~0 - %a"}, kS, [](D a, D n) { return a[0] - n[0]; }, 2},
      {"number_sub", 1, 1, {"%a - @0"}, kS, {"%a - @0"}, kS, [](D a, D n) { return n[0] - a[0]; }, 2},
      {"mul_number", 1, 1, {"@0 * %a", "%a * @0"}, kP, {"@0 * %a", "%a * @0"}, kP,
       [](D a, D n) { return a[0] * n[0]; }, 6},
      {"div_number", 1, 1, {"@0 / %a"}, kP, {"@0 / %a"}, kP, [](D a, D n) { return a[0] / n[0]; }, 2},
      {"neg", 1, 0, {"-@0"}, kP, {"-@0"}, kP, [](D a, D) { return -a[0]; }, 1},
      {"square", 1, 0, {"@0 ** 2", "torch.square($0)", "torch.pow($0, 2.0)"}, kP, {"#0 * #0"}, kP,
       [](D a, D) { return a[0] * a[0]; }, 3},
      {"cube", 1, 0, {"torch.pow($0, 3.0)", "@0 ** 3"}, kP, {"#0 * #0 * #0"}, kP,
       [](D a, D) { return a[0] * a[0] * a[0]; }, 1},
      // functions
      {"abs", 1, 0, {"torch.abs($0)"}, kC, {"fabsf($0)"}, kC, [](D a, D) { return std::abs(a[0]); }, 3},
      {"exp", 1, 0, {"torch.exp($0)"}, kC, {"expf($0)"}, kC, [](D a, D) { return std::exp(a[0]); }, 2},
      {"exp_neg", 1, 0, {"torch.exp(-@0)"}, kC, {"expf(-@0)"}, kC, [](D a, D) { return std::exp(-a[0]); }, 1},
      {"log_abs", 1, 1, {"torch.log(torch.abs($0) + %a)"}, kC, {"logf(fabsf($0) + %a)"}, kC,
       [](D a, D n) { return std::log(std::abs(a[0]) + n[0]); }, 2},
      {"log1p_abs", 1, 0, {"torch.log1p(torch.abs($0))"}, kC, {"log1pf(fabsf($0))"}, kC,
       [](D a, D) { return std::log1p(std::abs(a[0])); }, 1.5},
      {"log1p_exp", 1, 0, {"torch.log(1 + torch.exp($0))", "torch.log1p(torch.exp($0))"}, kC, {"log1pf(expf($0))"}, kC,
       [](D a, D) { return std::log1p(std::exp(a[0])); }, 1.5},
      {"sqrt_abs", 1, 0, {"torch.sqrt(torch.abs($0))"}, kC, {"sqrtf(fabsf($0))"}, kC,
       [](D a, D) { return std::sqrt(std::abs(a[0])); }, 1.5},
      {"sqrt_square", 1, 1, {"torch.sqrt(@0 ** 2 + %a)"}, kC, {"sqrtf(#0 * #0 + %a)"}, kC,
       [](D a, D n) { return std::sqrt(a[0] * a[0] + n[0]); }, 1.5},
      {"rsqrt_square", 1, 1, {"torch.rsqrt(@0 ** 2 + %a)"}, kC, {"1.0f / sqrtf(#0 * #0 + %a)"}, kP,
       [](D a, D n) { return 1 / std::sqrt(a[0] * a[0] + n[0]); }, 1},
      {"reciprocal", 1, 0, {"1.0 / (1.0 + torch.abs($0))"}, kP, {"1.0f / (1.0f + fabsf($0))"}, kP,
       [](D a, D) { return 1 / (1 + std::abs(a[0])); }, 1},
      {"sin", 1, 0, {"torch.sin($0)"}, kC, {"sinf($0)"}, kC, [](D a, D) { return std::sin(a[0]); }, 0.7},
      {"cos", 1, 0, {"torch.cos($0)"}, kC, {"cosf($0)"}, kC, [](D a, D) { return std::cos(a[0]); }, 0.7},
      {"erf", 1, 0, {"torch.erf($0)"}, kC, {"erff($0)"}, kC, [](D a, D) { return std::erf(a[0]); }, 1},
      {"expm1", 1, 0, {"torch.expm1($0)"}, kC, {"expm1f($0)"}, kC, [](D a, D) { return std::expm1(a[0]); }, 0.7},
      {"tanh", 1, 0, {"torch.tanh($0)"}, kC, {"tanhf($0)"}, kC, [](D a, D) { return std::tanh(a[0]); }, 4},
      {"sigmoid", 1, 0, {"torch.sigmoid($0)"}, kC, {"1.0f / (1.0f + expf(-@0))"}, kP,
       [](D a, D) { return sigmoid(a[0]); }, 5},
      {"relu", 1, 0, {"torch.relu($0)", "torch.clamp($0, min=0)"}, kC, {"std::max($0, 0.0f)"}, kC,
       [](D a, D) { return std::max(a[0], 0.0); }, 5},
      // activations
      {"leaky_relu", 1, 1, {"torch.leaky_relu($0, negative_slope=%a)"}, kC, {"#0 > 0.0f ? #0 : #0 * %a"}, kT,
       [](D a, D n) { return a[0] > 0 ? a[0] : a[0] * n[0]; }, 2.5},
      {"elu", 1, 1, {"torch.elu($0, alpha=%a)"}, kC, {"#0 > 0.0f ? #0 : %a * expm1f(#0)"}, kT,
       [](D a, D n) { return a[0] > 0 ? a[0] : n[0] * std::expm1(a[0]); }, 2.5},
      {"celu", 1, 1, {"torch.celu($0, alpha=%a)"}, kC, {"#0 > 0.0f ? #0 : %a * expm1f(#0 / %a)"}, kT,
       [](D a, D n) { return a[0] > 0 ? a[0] : n[0] * std::expm1(a[0] / n[0]); }, 1},
      {"selu", 1, 0, {"torch.selu($0)"}, kC, {"1.0507010f * (#0 > 0.0f ? #0 : 1.6732632f * expm1f(#0))"}, kP,
       [](D a, D) { return 1.0507009873554805 * (a[0] > 0 ? a[0] : 1.6732632423543772 * std::expm1(a[0])); }, 2},
      {"gelu", 1, 0, {"torch.gelu($0)"}, kC, {"0.5f * #0 * (1.0f + erff(#0 * 0.70710678f))"}, kP,
       [](D a, D) { return 0.5 * a[0] * (1 + std::erf(a[0] * std::sqrt(0.5))); }, 2.5},
      {"gelu_tanh", 1, 0,
       {"0.5 * #0 * (1.0 + torch.tanh(0.7978845608028654 * (#0 + 0.044715 * torch.pow(#0, 3.0))))"}, kP,
       {"0.5f * #0 * (1.0f + tanhf(0.7978845608f * (#0 + 0.044715f * #0 * #0 * #0)))"}, kP,
       [](D a, D) { return 0.5 * a[0] * (1 + std::tanh(0.7978845608028654 * (a[0] + 0.044715 * std::pow(a[0], 3)))); },
       1.5},
      {"silu", 1, 0, {"#0 * torch.sigmoid(#0)", "torch.silu($0)"}, kP, {"#0 / (1.0f + expf(-#0))"}, kP,
       [](D a, D) { return a[0] * sigmoid(a[0]); }, 2.5},
      {"softplus", 1, 0, {"torch.softplus($0)"}, kC, {"#0 > 20.0f ? #0 : log1pf(expf(#0))"}, kT,
       [](D a, D) { return softplus(a[0]); }, 4},
      {"softsign", 1, 0, {"#0 / (1 + torch.abs(#0))"}, kP, {"#0 / (1.0f + fabsf(#0))"}, kP,
       [](D a, D) { return a[0] / (1 + std::abs(a[0])); }, 2.5},
      {"hardtanh", 1, 2, {"torch.hardtanh($0, min_val=%a, max_val=%b)"}, kC, {"std::min(std::max($0, %a), %b)"}, kC,
       [](D a, D n) { return std::clamp(a[0], n[0], n[1]); }, 3.5},
      {"clamp", 1, 2, {"torch.clamp($0, min=%a, max=%b)"}, kC, {"std::min(std::max($0, %a), %b)"}, kC,
       [](D a, D n) { return std::clamp(a[0], n[0], n[1]); }, 2},
      {"clamp_min", 1, 1, {"torch.clamp($0, min=%a)"}, kC, {"std::max($0, %a)"}, kC,
       [](D a, D n) { return std::max(a[0], n[0]); }, 2},
      {"clamp_max", 1, 1, {"torch.clamp($0, max=%a)"}, kC, {"std::min($0, %a)"}, kC,
       [](D a, D n) { return std::min(a[0], n[0]); }, 1.5},
      {"relu6", 1, 0, {"torch.relu6($0)"}, kC, {"std::min(std::max($0, 0.0f), 6.0f)"}, kC,
       [](D a, D) { return std::clamp(a[0], 0.0, 6.0); }, 1.5},
      {"hardsigmoid", 1, 0, {"torch.hardsigmoid($0)"}, kC, {"std::min(std::max(~0 + 3.0f, 0.0f), 6.0f) / 6.0f"}, kP,
       [](D a, D) { return std::clamp(a[0] + 3, 0.0, 6.0) / 6; }, 4},
      {"hardswish", 1, 0, {"torch.hardswish($0)"}, kC, {"#0 * std::min(std::max(#0 + 3.0f, 0.0f), 6.0f) / 6.0f"}, kP,
       [](D a, D) { return a[0] * std::clamp(a[0] + 3, 0.0, 6.0) / 6; }, 2},
      {"mish", 1, 0, {"torch.mish($0)"}, kC, {"#0 * tanhf(log1pf(expf(#0)))"}, kP,
       [](D a, D) { return a[0] * std::tanh(softplus(a[0])); }, 1},
      {"log_sigmoid", 1, 0, {"torch.log_sigmoid($0)"}, kC, {"std::min(#0, 0.0f) - log1pf(expf(-fabsf(#0)))"}, kS,
       [](D a, D) { return -softplus(-a[0]); }, 1},
      {"tanhshrink", 1, 0, {"#0 - torch.tanh(#0)"}, kS, {"#0 - tanhf(#0)"}, kS,
       [](D a, D) { return a[0] - std::tanh(a[0]); }, 0.7},
  };
}

}  // namespace

const std::vector<Operator>& operators() {
  static const std::vector<Operator> all = table();
  return all;
}

const Operator& operator_named(const std::string& name) {
  for (const auto& op : operators())
    if (name == op.name) return op;
  throw core::InternalError("no pointwise operator named " + name);
}

}  // namespace vegttt::pretrain
