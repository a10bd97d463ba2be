#include "diagnostics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "stage_clock.h"
#include "vegttt/adapt/normalised_kernel.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;
using records::Rollout;

constexpr std::size_t kFewestForRanks = 3;

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto i, auto j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i)
      ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
    first = end;
  }
  return ranks;
}

struct Pairs {
  std::vector<double> logprobs, speedups;
};

void add_correlations(const std::map<std::string, Pairs>& by_task,
                      std::map<std::string, double>& more) {
  Pairs all;
  double sum = 0, weight = 0;
  for (const auto& [task, pairs] : by_task) {
    all.logprobs.insert(all.logprobs.end(), pairs.logprobs.begin(), pairs.logprobs.end());
    all.speedups.insert(all.speedups.end(), pairs.speedups.begin(), pairs.speedups.end());
    const double within = spearman(pairs.logprobs, pairs.speedups);
    if (std::isnan(within)) continue;
    const double n = static_cast<double>(pairs.logprobs.size());
    sum += n * within;
    weight += n;
  }
  if (weight > 0) more["spearman_logprob_speedup"] = sum / weight;
  if (const double pooled = spearman(all.logprobs, all.speedups); !std::isnan(pooled))
    more["spearman_pooled"] = pooled;
}

struct MeanOf {
  double sum = 0, squares = 0, n = 0;
  void add(double x) { sum += x, squares += x * x, ++n; }
  double mean() const { return n > 0 ? sum / n : 0; }
  double standard_error() const {
    if (n < 2) return 0;
    return std::sqrt(std::max(0.0, squares / n - mean() * mean()) / (n - 1));
  }
};

}  // namespace

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < kFewestForRanks) return std::numeric_limits<double>::quiet_NaN();
  const auto x = ranks_of(a), y = ranks_of(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  if (xx == 0 || yy == 0) return std::numeric_limits<double>::quiet_NaN();
  return xy / std::sqrt(xx * yy);
}

double mean_logprob(const Rollout& rollout) {
  const double n = static_cast<double>(rollout.logprobs.size());
  return n == 0 ? 0 : std::accumulate(rollout.logprobs.begin(), rollout.logprobs.end(), 0.0) / n;
}

void add_diagnostics(const std::vector<JudgedRollout>& judged, records::StepMetrics& metrics) {
  std::map<std::string, std::set<std::string>> kernels;
  std::map<std::string, Pairs> by_task;
  double logprobs = 0, tokens = 0;
  for (const auto& one : judged) {
    const std::string& task = one.rollout.key.task_id;
    kernels[task].insert(normalised_kernel(code_of(one.rollout.completion)));
    tokens += static_cast<double>(one.rollout.logprobs.size());
    for (const float logprob : one.rollout.logprobs) logprobs += logprob;
    if (!records::is_trusted(one.evaluation.status)) continue;
    by_task[task].logprobs.push_back(mean_logprob(one.rollout));
    by_task[task].speedups.push_back(one.evaluation.speedup());
  }
  double distinct = 0;
  for (const auto& [task, of_task] : kernels) {
    metrics.tasks[task].distinct_normalised = static_cast<int>(of_task.size());
    distinct += static_cast<double>(of_task.size());
  }
  if (!judged.empty())
    metrics.more["distinct_share"] = distinct / static_cast<double>(judged.size());
  if (tokens > 0) metrics.more["entropy"] = -logprobs / tokens;
  add_correlations(by_task, metrics.more);
}

void add_distance(Context& context,
                  const std::vector<Rollout>& rollouts,
                  records::StepMetrics& metrics) {
  if (rollouts.empty()) return;
  auto& ledger = context.store.ledger();
  const StageClock clock(ledger, "diagnose", true);
  const auto start =
      context.learner.score(rollouts, context.config.sampling, learn::Weights::kStart);
  MeanOf k1, k3;
  for (std::size_t i = 0; i < rollouts.size(); ++i) {
    double sum1 = 0, sum3 = 0;
    const auto& now = rollouts[i].logprobs;
    for (std::size_t t = 0; t < now.size(); ++t) {
      const double gap = static_cast<double>(now[t]) - start[i].logprobs[t];
      sum1 += gap;
      sum3 += std::expm1(-gap) + gap;
    }
    const double n = std::max<double>(1, static_cast<double>(now.size()));
    k1.add(sum1 / n);
    k3.add(sum3 / n);
    const auto tokens = static_cast<std::int64_t>(rollouts[i].prompt_tokens.size() + now.size());
    ledger.scored_tokens += tokens;
    ledger.outside.scored_tokens += tokens;
  }
  metrics.more["kl_theta0"] = k3.mean();
  metrics.more["kl_theta0_se"] = k3.standard_error();
  metrics.more["kl_theta0_k1"] = k1.mean();
  metrics.more["kl_theta0_k1_se"] = k1.standard_error();
}

}  // namespace vegttt::adapt
