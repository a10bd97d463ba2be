#include "vegttt/report/statistics/sample_size.h"

#include <cmath>

#include "distributions.h"

namespace vegttt::report {
namespace {

// (z of the test + z of the power)^2
double noncentrality(const WantedPower& wanted) {
  const double z = normal_quantile(1 - wanted.alpha / 2) + normal_quantile(wanted.power);
  return z * z;
}

}  // namespace

int minimum_n_pooled(double rate, double effect, const WantedPower& wanted) {
  const double other = rate + effect;
  const double variance = rate * (1 - rate) + other * (1 - other);
  return static_cast<int>(std::ceil(noncentrality(wanted) * variance / (effect * effect)));
}

int minimum_n_stratified(const std::vector<double>& rates,
                         double effect,
                         const WantedPower& wanted) {
  double variance = 0;
  for (const double rate : rates) variance += rate * (1 - rate);
  variance *= 2 / static_cast<double>(rates.size());
  return static_cast<int>(std::ceil(noncentrality(wanted) * variance / (effect * effect)));
}

}  // namespace vegttt::report
