#include "vegttt/report/statistics/null_model.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "binomial.h"
#include "vegttt/core/rng.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

struct EarlyStop {
  std::size_t selected = 0, ended = 0;
};

// A score in billionths, so that equal scores are equal whatever the order of their sums.
using Score = std::int64_t;
constexpr double kUnit = 1e9;

// Ends when `patience` scores since the best one were below it.
EarlyStop early_stop(const std::vector<Score>& scores, int patience) {
  EarlyStop stop;
  int below = 0;
  for (std::size_t s = 1; s < scores.size() && below < patience; ++s) {
    stop.ended = s;
    if (scores[s] > scores[stop.selected]) {
      stop.selected = s;
      below = 0;
    } else if (scores[s] < scores[stop.selected]) {
      ++below;
    }
  }
  return stop;
}

double share_at_least(const std::vector<double>& sorted, double value) {
  // The same score may be computed along different ways.
  const auto first = std::lower_bound(sorted.begin(), sorted.end(), value - 2e-9);
  return static_cast<double>(sorted.end() - first) / static_cast<double>(sorted.size());
}

struct Draw {
  std::vector<Score> scores;  // by step
  double oracle = 0;
};

// By step and task; tasks of one size and rate share a distribution.
using Distributions = std::vector<std::vector<const Binomial*>>;

struct Chances {
  std::map<std::pair<int, double>, Binomial> all;
  Distributions of;
  std::vector<std::vector<int>> sizes;
};

Chances chances_of(const FlatPolicy& policy) {
  Chances chances;
  chances.sizes = policy.sizes;
  if (chances.sizes.empty())
    chances.sizes.assign(static_cast<std::size_t>(policy.steps),
                         std::vector<int>(policy.rates.size(), policy.samples));
  for (const auto& step : chances.sizes) {
    auto& row = chances.of.emplace_back();
    for (std::size_t task = 0; task < policy.rates.size(); ++task) {
      const std::pair key(step.at(task), policy.rates[task]);
      row.push_back(&chances.all.try_emplace(key, key.first, key.second).first->second);
    }
  }
  return chances;
}

Draw draw_run(const Chances& chances, core::RandomStream& random) {
  const std::size_t steps = chances.sizes.size(), tasks = chances.sizes.front().size();
  std::vector<double> sums(steps, 0), scored(steps, 0);
  Draw draw;
  for (std::size_t task = 0; task < tasks; ++task) {
    double best = 0;
    for (std::size_t s = 0; s < steps; ++s) {
      const int n = chances.sizes[s][task];
      if (n == 0) continue;
      const double rate = static_cast<double>(chances.of[s][task]->draw(random.uniform())) / n;
      sums[s] += rate;
      ++scored[s];
      best = std::max(best, rate);
    }
    draw.oracle += best / static_cast<double>(tasks);
  }
  for (std::size_t s = 0; s < steps; ++s)
    draw.scores.push_back(scored[s] == 0 ? 0 : std::llround(kUnit * sums[s] / scored[s]));
  return draw;
}

}  // namespace

double NullResult::p_max_at_least(double score) const { return share_at_least(maxima, score); }
double NullResult::p_gain_at_least(double gain) const { return share_at_least(gains, gain); }
double NullResult::p_oracle_at_least(double score) const { return share_at_least(oracles, score); }

NullResult simulate_flat_policy(const FlatPolicy& policy) {
  const Chances chances = chances_of(policy);
  core::RandomStream random(core::CounterRng::of({"flat policy", std::to_string(policy.seed)}));
  NullResult result;
  result.argmax_share.assign(chances.sizes.size(), 0);
  result.stop_share = result.selected_share = result.argmax_share;
  for (int run = 0; run < policy.runs; ++run) {
    const Draw draw = draw_run(chances, random);
    const auto best = std::max_element(draw.scores.begin(), draw.scores.end());
    const auto stop = early_stop(draw.scores, policy.patience);
    result.maxima.push_back(static_cast<double>(*best) / kUnit);
    result.gains.push_back(static_cast<double>(*best - draw.scores.front()) / kUnit);
    result.oracles.push_back(draw.oracle);
    result.argmax_share[static_cast<std::size_t>(best - draw.scores.begin())] += 1.0 / policy.runs;
    result.stop_share[stop.ended] += 1.0 / policy.runs;
    result.selected_share[stop.selected] += 1.0 / policy.runs;
    result.early_stop_ties_best += (draw.scores[stop.selected] == *best) * 1.0 / policy.runs;
  }
  result.expected_max = mean(result.maxima);
  result.expected_gain = mean(result.gains);
  result.expected_oracle = mean(result.oracles);
  for (auto* values : {&result.maxima, &result.gains, &result.oracles})
    std::sort(values->begin(), values->end());
  return result;
}

}  // namespace vegttt::report
