#include "vegttt/report/statistics/rank.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "distributions.h"
#include "vegttt/core/error.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i)
      ranks[order[i]] = (static_cast<double>(first + end) + 1) / 2;
    first = end;
  }
  return ranks;
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x), mean_y = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return xx == 0 || yy == 0 ? std::nan("") : xy / std::sqrt(xx * yy);
}

// `given`: variables held fixed; each costs a degree of freedom.
RankCorrelation with_p(double rho, int n, int given) {
  const int degrees = n - 2 - given;
  RankCorrelation result{rho, std::nan(""), n};
  if (std::isnan(rho) || degrees < 1) return result;
  const double left = (1 - rho) * (1 + rho);
  result.p = left <= 0 ? 0 : student_two_sided(rho * std::sqrt(degrees / left), degrees);
  return result;
}

}  // namespace

RankCorrelation spearman(const std::vector<double>& x, const std::vector<double>& y) {
  VEGTTT_ASSERT(x.size() == y.size(), "values come in pairs");
  if (x.size() < 2) return {std::nan(""), std::nan(""), static_cast<int>(x.size())};
  return with_p(pearson(ranks_of(x), ranks_of(y)), static_cast<int>(x.size()), 0);
}

RankCorrelation partial_spearman(const std::vector<double>& x,
                                 const std::vector<double>& y,
                                 const std::vector<double>& z) {
  const double xy = spearman(x, y).rho, xz = spearman(x, z).rho, yz = spearman(y, z).rho;
  const double left = std::sqrt((1 - xz * xz) * (1 - yz * yz));
  const double rho = left == 0 ? std::nan("") : (xy - xz * yz) / left;
  return with_p(rho, static_cast<int>(x.size()), 1);
}

}  // namespace vegttt::report
