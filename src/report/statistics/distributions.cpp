#include "distributions.h"

#include <cmath>
#include <limits>

namespace vegttt::report {
namespace {

constexpr int kMostTerms = 10000;
constexpr double kTiny = 1e-300;

// Regularised lower incomplete gamma by its series; for x < a + 1.
double gamma_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int i = 1; i < kMostTerms && std::abs(term) > 1e-17 * std::abs(sum); ++i) {
    term *= x / (a + i);
    sum += term;
  }
  return sum * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

// Regularised upper incomplete gamma by Lentz's continued fraction; for x >= a + 1.
double gamma_fraction(double a, double x) {
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, h = d;
  for (int i = 1; i < kMostTerms; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    d = 1 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + an / c;
    c = std::abs(c) < kTiny ? kTiny : c;
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return h * std::exp(-x + a * std::log(x) - std::lgamma(a));
}

double gamma_upper(double a, double x) {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

// One step of Lentz's method for the incomplete beta function.
double lentz_step(double numerator, double& c, double& d) {
  d = 1 + numerator * d;
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  c = 1 + numerator / c;
  c = std::abs(c) < kTiny ? kTiny : c;
  return c * d;
}

double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double h = d;
  for (int m = 1; m < kMostTerms; ++m) {
    h *= lentz_step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), c, d);
    const double last =
        lentz_step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), c, d);
    h *= last;
    if (std::abs(last - 1) < 1e-16) break;
  }
  return h;
}

// Regularised incomplete beta function.
double beta_regularised(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace

double normal_cdf(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

double normal_quantile(double p) {
  // Bisection: exact to the last digits, and nowhere called often.
  double low = -40, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (normal_cdf(middle) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

double chi_square_upper(double x, double degrees) { return gamma_upper(degrees / 2, x / 2); }

double student_two_sided(double t, double degrees) {
  if (!std::isfinite(t)) return 0;
  return beta_regularised(degrees / 2, 0.5, degrees / (degrees + t * t));
}

}  // namespace vegttt::report
