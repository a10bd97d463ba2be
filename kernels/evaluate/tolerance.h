// How inexact an element may be, for the host (src/evaluate) and the device (judge.cu) alike. What it means:
// include/vegttt/evaluate/verdict.h.
#pragma once

#ifndef __CUDACC_RTC__
#include <cmath>
#include <cstdint>
#endif

namespace vegttt::evaluate::tolerance {

// `x` with `dropped` bits less of its mantissa, to nearest even.
inline float shortened(float x, std::uint32_t dropped) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x), half = 1u << (dropped - 1);
  const std::uint32_t odd = (bits >> dropped) & 1u;
  return __builtin_bit_cast(float, (bits + (half - 1) + odd) & ~(2 * half - 1));
}

constexpr std::uint32_t kTf32Dropped = 13, kBf16Dropped = 16;

// x * (1 +- size), a sign for each element; a hash of the index, since values are many and need not be good.
inline double moved(double x, std::uint64_t index, std::uint64_t key, double size) {
  std::uint64_t h = (index + key) * 0x9E3779B97F4A7C15ull;
  h ^= h >> 29;
  h *= 0xBF58476D1CE4E5B9ull;
  return x * (1.0 + ((h >> 40) & 1 ? size : -size));
}

// The larger of two displacements; what is not a number stays one.
inline double larger(double a, double b) { return a != a || b <= a ? a : b; }

struct Rule {
  double operand_share = 0;  // of what rounded operands move
  double typical = 0;        // least displacement that is reckoned with
  double relative = 0;       // of |truth|
  double absolute = 0;       // added
  double smallest = 0x1p-126;
  double widening = 1;       // of everything
};

inline double allowance(double truth, double displacement, const Rule& rule) {
  constexpr double kLargest = 1.7976931348623157e308;
  const double size = truth < 0 ? -truth : truth;
  const double by_size = size <= kLargest ? rule.relative * size : 0;
  const bool known = displacement <= kLargest;  // neither infinite nor no number
  const double moved_by = displacement > rule.typical ? displacement : rule.typical;
  double allowed = known ? rule.operand_share * moved_by : 0;
  if (allowed < by_size) allowed = by_size;
  if (allowed < rule.smallest) allowed = rule.smallest;
  return rule.widening * (rule.absolute + allowed);
}

// Error over allowance; what is not finite must be met exactly.
inline double ratio(float got, float truth, double allowed) {
  constexpr float kLargest = 3.402823466e+38f;
  const float a = got < 0 ? -got : got, b = truth < 0 ? -truth : truth;
  if (!(a <= kLargest) || !(b <= kLargest))
    return got == truth || (got != got && truth != truth) ? 0.0 : static_cast<double>(INFINITY);
  const double error = static_cast<double>(got) - static_cast<double>(truth);
  return error == 0 ? 0 : (error < 0 ? -error : error) / allowed;
}

}  // namespace vegttt::evaluate::tolerance
