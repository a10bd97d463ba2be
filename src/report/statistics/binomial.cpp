#include "binomial.h"

#include <algorithm>
#include <cmath>

namespace vegttt::report {

Binomial::Binomial(int n, double rate) {
  double sum = 0;
  for (int k = 0; k <= n; ++k) {
    const double choose = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
    // 0 log 0 is 0 here: what never happens does not happen 0 times.
    const double successes = k > 0 ? k * std::log(rate) : 0;
    const double failures = n - k > 0 ? (n - k) * std::log1p(-rate) : 0;
    sum += std::exp(choose + successes + failures);
    cdf_.push_back(sum);
  }
  cdf_.back() = 1;
}

int Binomial::draw(double uniform) const {
  return static_cast<int>(std::upper_bound(cdf_.begin(), cdf_.end(), uniform) - cdf_.begin());
}

}  // namespace vegttt::report
