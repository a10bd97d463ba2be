#include "vegttt/report/statistics/pass_at_k.h"

#include <algorithm>
#include <cmath>

namespace vegttt::report {

double pass_at_k(int c, int n, int k) {
  if (k > n) return std::nan("");
  double none = 1;  // C(n - c, k) / C(n, k) as a product that cannot overflow
  for (int i = n - c + 1; i <= n; ++i) none *= std::max(0.0, 1 - static_cast<double>(k) / i);
  return 1 - none;
}

Interval pass_at_k_interval(int c, int n, int k) {
  const auto rate = wilson(c, n);
  return {1 - std::pow(1 - rate.low, k), 1 - std::pow(1 - rate.high, k)};
}

BootstrapResult mean_pass_at_k(const std::vector<Stratum>& tasks,
                               int k,
                               const BootstrapOptions& options) {
  std::vector<std::vector<double>> clusters;
  for (const auto& task : tasks) clusters.push_back({pass_at_k(task.k, task.n, k)});
  return clustered_bootstrap(clusters, options);
}

}  // namespace vegttt::report
