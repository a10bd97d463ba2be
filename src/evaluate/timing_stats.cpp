#include "timing_stats.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vegttt::evaluate {
namespace {

// A speedup below the first needs no second look; below the second, one, since another program can
// make a single launch that much slower, but hardly two.
constexpr double kLost = 0.01, kHopeless = 0.5;
constexpr double kClear = 0.03;     // an interval this far from 1 says fast or slow for good
constexpr std::size_t kFewest = 6;  // pairs for a 95 % interval: 1 - 2 / 2^6 = 96.9 %

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> ratios(const records::Timing& timing) {
  std::vector<double> result;
  for (std::size_t i = 0; i < timing.candidate_us.size(); ++i)
    result.push_back(timing.reference_us[i] / timing.candidate_us[i]);
  return result;
}

// Largest k with 2 P(Binomial(n, 1/2) < k) <= 5 %: the k-th smallest and k-th largest enclose the
// median.
std::size_t order_of_interval(std::size_t n) {
  double probability = std::pow(0.5, static_cast<double>(n)), below = 0;
  std::size_t k = 0;
  while (k < n && 2 * (below + probability) <= 0.05) {
    below += probability;
    probability *= static_cast<double>(n - k) / static_cast<double>(k + 1);
    ++k;
  }
  return std::max<std::size_t>(k, 1);
}

}  // namespace

Interval median_interval(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t k = order_of_interval(values.size());
  return {values[k - 1], values[values.size() - k]};
}

double spread_of(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double middle = quantile(values, 0.5);
  return middle > 0 ? (quantile(values, 0.75) - quantile(values, 0.25)) / middle : 0;
}

void summarize(records::Timing& timing, bool use_mean) {
  if (timing.candidate_us.empty()) return;
  timing.candidate_median_us = median(timing.candidate_us);
  timing.reference_median_us = median(timing.reference_us);
  timing.spread = spread_of(timing.candidate_us);
  const Interval interval = median_interval(ratios(timing));
  timing.speedup =
      use_mean ? mean(timing.reference_us) / mean(timing.candidate_us) : median(ratios(timing));
  timing.speedup_low = interval.low;
  timing.speedup_high = interval.high;
}

bool enough(const records::Timing& timing, const Protocol& protocol) {
  const std::size_t n = timing.candidate_us.size();
  if (n >= static_cast<std::size_t>(protocol.max_timings)) return true;
  if (n == 0 || !protocol.adaptive()) return false;
  if (timing.speedup < kLost || (n >= 2 && timing.speedup_high < kHopeless)) return true;
  const bool clear = timing.speedup_low > 1 + kClear || timing.speedup_high < 1 - kClear;
  return n >= kFewest && clear;
}

}  // namespace vegttt::evaluate
