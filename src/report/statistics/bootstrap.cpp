#include "vegttt/report/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "vegttt/core/rng.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

using Clusters = std::vector<std::vector<double>>;

Clusters with_values(const Clusters& clusters) {
  Clusters kept;
  for (const auto& cluster : clusters) {
    if (!cluster.empty()) kept.push_back(cluster);
  }
  return kept;
}

constexpr std::size_t kMostEnumerated = 6;  // 6^6 = 46,656 ways to draw

// The means of all ways to draw n of n with repetition: no chance is left for few clusters.
std::vector<double> all_means(const std::vector<double>& means) {
  std::vector<double> sums = {0};
  for (std::size_t place = 0; place < means.size(); ++place) {
    std::vector<double> longer;
    longer.reserve(sums.size() * means.size());
    for (const double sum : sums) {
      for (const double one : means) longer.push_back(sum + one);
    }
    sums = std::move(longer);
  }
  for (double& sum : sums) sum /= static_cast<double>(means.size());
  return sums;
}

double mean_of_redrawn(const std::vector<double>& values, core::RandomStream& random) {
  double sum = 0;
  const auto n = static_cast<std::int64_t>(values.size());
  for (std::int64_t i = 0; i < n; ++i) sum += values[static_cast<std::size_t>(random.below(n))];
  return sum / static_cast<double>(n);
}

std::vector<double> drawn_means(const Clusters& clusters,
                                const std::vector<double>& means,
                                const BootstrapOptions& options) {
  core::RandomStream random(
      core::CounterRng::of({"clustered bootstrap", std::to_string(options.seed)}));
  const auto n = static_cast<std::int64_t>(clusters.size());
  std::vector<double> drawn;
  for (int draw = 0; draw < options.draws; ++draw) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto cluster = static_cast<std::size_t>(random.below(n));
      sum += options.within_clusters ? mean_of_redrawn(clusters[cluster], random) : means[cluster];
    }
    drawn.push_back(sum / static_cast<double>(n));
  }
  return drawn;
}

// A value that was drawn, not one between two: of few clusters, the extreme draw has a probability
// of its own, and cutting into it would make the interval too short.
double drawn_quantile(const std::vector<double>& sorted, double q) {
  const double rank = std::ceil(q * static_cast<double>(sorted.size()) - 1e-9);
  return sorted[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

double share_above_zero(const std::vector<double>& drawn) {
  double above = 0;
  for (const double value : drawn) above += value > 0 ? 1 : value == 0 ? 0.5 : 0;
  return above / static_cast<double>(drawn.size());
}

}  // namespace

BootstrapResult clustered_bootstrap(const Clusters& all, const BootstrapOptions& options) {
  const Clusters clusters = with_values(all);
  const double nan = std::nan("");
  if (clusters.empty()) return {nan, {nan, nan}, nan};
  std::vector<double> means;
  for (const auto& cluster : clusters) means.push_back(mean(cluster));
  const bool enumerate = clusters.size() <= kMostEnumerated && !options.within_clusters;
  auto drawn = enumerate ? all_means(means) : drawn_means(clusters, means, options);
  std::sort(drawn.begin(), drawn.end());
  const double tail = (1 - options.level) / 2;
  return {mean(means),
          {drawn_quantile(drawn, tail), drawn_quantile(drawn, 1 - tail)},
          share_above_zero(drawn)};
}

}  // namespace vegttt::report
