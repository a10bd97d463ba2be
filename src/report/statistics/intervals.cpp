#include "vegttt/report/statistics/intervals.h"

#include <algorithm>
#include <cmath>

#include "distributions.h"

namespace vegttt::report {
namespace {

constexpr double kZ = 1.959963984540054;  // 97.5 % point of the normal distribution

double rate_of(const Stratum& task) { return static_cast<double>(task.k) / task.n; }

}  // namespace

Interval wilson(int k, int n) {
  if (n == 0) return {0, 1};
  const double rate = static_cast<double>(k) / n;
  const double z2n = kZ * kZ / n;
  const double centre = (rate + z2n / 2) / (1 + z2n);
  const double half = kZ / (1 + z2n) * std::sqrt(rate * (1 - rate) / n + z2n / (4 * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Stratum less_certain(const Stratum& counts) { return {counts.k + 1, counts.n + 2}; }

StratifiedRate stratified(const std::vector<Stratum>& tasks) {
  StratifiedRate result;
  double variance = 0;
  int counted = 0;
  for (const auto& task : tasks) {
    if (task.n == 0) continue;
    ++counted;
    result.rate += rate_of(task);
    variance += rate_of(task) * (1 - rate_of(task)) / task.n;
  }
  if (counted == 0) return {std::nan(""), std::nan(""), {0, 1}};
  result.rate /= counted;
  result.standard_error = std::sqrt(variance) / counted;
  result.interval = {std::max(0.0, result.rate - kZ * result.standard_error),
                     std::min(1.0, result.rate + kZ * result.standard_error)};
  return result;
}

double stratified_p(const std::vector<Stratum>& a, const std::vector<Stratum>& b) {
  const auto of_a = stratified(a), of_b = stratified(b);
  const double error = std::hypot(of_a.standard_error, of_b.standard_error);
  if (error == 0) return of_a.rate == of_b.rate ? 1 : 0;
  return 2 * normal_cdf(-std::abs(of_a.rate - of_b.rate) / error);
}

}  // namespace vegttt::report
