#include "vegttt/report/statistics/tests.h"

#include <algorithm>
#include <cmath>

#include "distributions.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

double log_choose(int n, int k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

}  // namespace

double fisher_exact(int k_a, int n_a, int k_b, int n_b) {
  const int successes = k_a + k_b;
  const auto log_probability = [&](int k) {
    return log_choose(n_a, k) + log_choose(n_b, successes - k) - log_choose(n_a + n_b, successes);
  };
  // Tables as probable as the one seen differ from it by rounding only.
  const double limit = log_probability(k_a) + 1e-7;
  double p = 0;
  for (int k = std::max(0, successes - n_b); k <= std::min(n_a, successes); ++k) {
    const double one = log_probability(k);
    if (one <= limit) p += std::exp(one);
  }
  return std::min(1.0, p);
}

TestResult chi_square_homogeneity(const std::vector<Stratum>& groups) {
  double successes = 0, total = 0;
  for (const auto& group : groups) {
    successes += group.k;
    total += group.n;
  }
  TestResult result;
  result.degrees = static_cast<double>(groups.size()) - 1;
  const double rate = successes / total;
  if (groups.size() < 2 || total == 0 || rate == 0 || rate == 1) return result;
  for (const auto& group : groups) {
    const double away = group.k - rate * group.n;
    result.statistic += away * away / (rate * (1 - rate) * group.n);
  }
  result.p = chi_square_upper(result.statistic, result.degrees);
  return result;
}

double sign_test(int above, int below) {
  const int n = above + below;
  double tail = 0;
  for (int k = 0; k <= std::min(above, below); ++k)
    tail += std::exp(log_choose(n, k) - n * std::log(2.0));
  return std::min(1.0, 2 * tail);
}

TestResult paired_t(const std::vector<double>& differences) {
  TestResult result;
  const double spread = sample_std(differences), nan = std::nan("");
  const double centre = mean(differences);
  if (std::isnan(spread) || (spread == 0 && centre == 0)) return {nan, nan, nan};
  const auto n = static_cast<double>(differences.size());
  result.degrees = n - 1;
  result.statistic = centre / (spread / std::sqrt(n));
  result.p = student_two_sided(result.statistic, result.degrees);
  return result;
}

}  // namespace vegttt::report
