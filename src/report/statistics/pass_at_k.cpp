#include "vegttt/report/statistics/pass_at_k.h"

#include <cmath>

#include "binomial.h"
#include "vegttt/core/rng.h"
#include "vegttt/report/statistics/moments.h"

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
  std::vector<double> values, drawn;
  std::vector<Binomial> samples;
  for (const auto& task : tasks) {
    values.push_back(pass_at_k(task.k, task.n, k));
    samples.emplace_back(task.n, static_cast<double>(task.k) / task.n);
  }
  core::RandomStream random(core::CounterRng::of({"pass at k", std::to_string(options.seed)}));
  const auto n = static_cast<std::int64_t>(tasks.size());
  double above = 0;
  for (int draw = 0; draw < options.draws && n > 0; ++draw) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const auto task = static_cast<std::size_t>(random.below(n));
      sum += pass_at_k(samples[task].draw(random.uniform()), tasks[task].n, k);
    }
    drawn.push_back(sum / static_cast<double>(n));
    above += drawn.back() > 0;
  }
  const double tail = (1 - options.level) / 2;
  return {mean(values),
          {quantile(drawn, tail), quantile(drawn, 1 - tail)},
          above / static_cast<double>(options.draws)};
}

}  // namespace vegttt::report
