#include <algorithm>
#include <cmath>

#include "vegttt/report/statistics.h"

namespace vegttt::report {

Interval wilson(int k, int n) {
  if (n == 0) return {0, 1};
  constexpr double kZ = 1.959963984540054;  // 97.5 % point of the normal distribution
  const double rate = static_cast<double>(k) / n;
  const double z2n = kZ * kZ / n;
  const double centre = (rate + z2n / 2) / (1 + z2n);
  const double half = kZ / (1 + z2n) * std::sqrt(rate * (1 - rate) / n + z2n / (4 * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace vegttt::report
