#include "vegttt/report/statistics/null_model.h"

#include <algorithm>
#include <cmath>

#include "binomial.h"
#include "vegttt/core/rng.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

struct EarlyStop {
  std::size_t selected = 0, ended = 0;
};

// Ends when `patience` scores since the best one were below it.
EarlyStop early_stop(const std::vector<int>& totals, int patience) {
  EarlyStop stop;
  int below = 0;
  for (std::size_t s = 1; s < totals.size() && below < patience; ++s) {
    stop.ended = s;
    if (totals[s] > totals[stop.selected]) {
      stop.selected = s;
      below = 0;
    } else if (totals[s] < totals[stop.selected]) {
      ++below;
    }
  }
  return stop;
}

double share_at_least(const std::vector<double>& sorted, double value) {
  // Scores are multiples of 1 / n computed along different ways.
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), value - 1e-9);
  return static_cast<double>(sorted.end() - first) / static_cast<double>(sorted.size());
}

struct Draw {
  std::vector<int> totals;  // by step
  double oracle = 0;        // successes
};

Draw draw_run(const FlatPolicy& policy,
              const std::vector<Binomial>& tasks,
              core::RandomStream& random) {
  Draw draw;
  draw.totals.assign(static_cast<std::size_t>(policy.steps), 0);
  for (const auto& task : tasks) {
    int best = 0;
    for (auto& total : draw.totals) {
      const int k = task.draw(random.uniform());
      total += k;
      best = std::max(best, k);
    }
    draw.oracle += best;
  }
  return draw;
}

}  // namespace

double NullResult::p_max_at_least(double score) const { return share_at_least(maxima, score); }
double NullResult::p_gain_at_least(double gain) const { return share_at_least(gains, gain); }
double NullResult::p_oracle_at_least(double score) const { return share_at_least(oracles, score); }

NullResult simulate_flat_policy(const FlatPolicy& policy) {
  std::vector<Binomial> tasks;
  for (const double rate : policy.rates) tasks.emplace_back(policy.samples, rate);
  core::RandomStream random(core::CounterRng::of({"flat policy", std::to_string(policy.seed)}));
  const double n = static_cast<double>(policy.rates.size()) * policy.samples;

  NullResult result;
  result.argmax_share.assign(static_cast<std::size_t>(policy.steps), 0);
  result.stop_share = result.selected_share = result.argmax_share;
  for (int run = 0; run < policy.runs; ++run) {
    const Draw draw = draw_run(policy, tasks, random);
    const auto best = std::max_element(draw.totals.begin(), draw.totals.end());
    const auto stop = early_stop(draw.totals, policy.patience);
    result.maxima.push_back(*best / n);
    result.gains.push_back((*best - draw.totals.front()) / n);
    result.oracles.push_back(draw.oracle / n);
    result.argmax_share[static_cast<std::size_t>(best - draw.totals.begin())] += 1.0 / policy.runs;
    result.stop_share[stop.ended] += 1.0 / policy.runs;
    result.selected_share[stop.selected] += 1.0 / policy.runs;
    result.early_stop_ties_best += (draw.totals[stop.selected] == *best) * 1.0 / policy.runs;
  }
  result.expected_max = mean(result.maxima);
  result.expected_gain = mean(result.gains);
  result.expected_oracle = mean(result.oracles);
  for (auto* values : {&result.maxima, &result.gains, &result.oracles})
    std::sort(values->begin(), values->end());
  return result;
}

}  // namespace vegttt::report
