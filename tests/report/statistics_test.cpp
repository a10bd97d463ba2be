// Our statistics against scipy's (data/statistics.json, by scripts/oracles/statistics.py).
#include "vegttt/report/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/rng.h"

namespace vegttt::report {
namespace {

const core::Json& oracle(const char* name) {
  static const core::Json table = [] {
    const std::string file = VEGTTT_SOURCE_DIR "/tests/report/data/statistics.json";
    return core::parse_json(core::read_file(file), file);
  }();
  return table.at(name);
}

std::vector<double> numbers(const core::Json& json) { return json.get<std::vector<double>>(); }

// scipy and we sum the same terms in another order.
void expect_same(double ours, double theirs, const std::string& what) {
  EXPECT_NEAR(ours, theirs, 1e-9 + 1e-8 * std::abs(theirs)) << what;
}

TEST(Wilson, EqualsScipy) {
  for (const auto& one : oracle("wilson")) {
    const auto interval = wilson(one.at("k"), one.at("n"));
    expect_same(interval.low, one.at("low"), one.dump());
    expect_same(interval.high, one.at("high"), one.dump());
  }
}

TEST(Wilson, KnowsNothingWithoutSamples) {
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(FisherExact, EqualsScipy) {
  for (const auto& one : oracle("fisher")) {
    const auto args = one.at("args").get<std::vector<int>>();
    expect_same(fisher_exact(args[0], args[1], args[2], args[3]), one.at("p"), one.dump());
  }
}

TEST(ChiSquareHomogeneity, EqualsScipy) {
  for (const auto& one : oracle("chi_square")) {
    std::vector<Stratum> groups;
    for (const auto& group : one.at("groups")) groups.push_back({group[0], group[1]});
    const auto result = chi_square_homogeneity(groups);
    expect_same(result.statistic, one.at("statistic"), one.dump());
    expect_same(result.p, one.at("p"), one.dump());
    EXPECT_EQ(result.degrees, one.at("degrees").get<double>());
  }
}

TEST(ChiSquareHomogeneity, FindsNothingWhereAllSucceed) {
  EXPECT_EQ(chi_square_homogeneity({{32, 32}, {32, 32}}).p, 1);
  EXPECT_EQ(chi_square_homogeneity({{0, 32}, {0, 32}}).p, 1);
}

TEST(PairedT, EqualsScipy) {
  for (const auto& one : oracle("t_test")) {
    const auto result = paired_t(numbers(one.at("values")));
    expect_same(result.statistic, one.at("statistic"), one.dump());
    expect_same(result.p, one.at("p"), one.dump());
  }
}

TEST(SignTest, EqualsScipy) {
  for (const auto& one : oracle("sign"))
    expect_same(sign_test(one.at("above"), one.at("below")), one.at("p"), one.dump());
  EXPECT_EQ(sign_test(0, 0), 1);
}

TEST(Spearman, EqualsScipyWithTiesToo) {
  for (const auto& one : oracle("spearman")) {
    const auto result = spearman(numbers(one.at("x")), numbers(one.at("y")));
    expect_same(result.rho, one.at("rho"), one.dump());
    expect_same(result.p, one.at("p"), one.dump());
  }
}

TEST(Spearman, HasNoValueForAConstant) {
  EXPECT_TRUE(std::isnan(spearman({1, 1, 1}, {1, 2, 3}).rho));
  EXPECT_TRUE(std::isnan(spearman({1}, {2}).rho));
}

TEST(PartialSpearman, EqualsTheCorrelationOfResiduals) {
  const auto& one = oracle("partial_spearman");
  const auto result =
      partial_spearman(numbers(one.at("x")), numbers(one.at("y")), numbers(one.at("z")));
  expect_same(result.rho, one.at("rho"), "rho");
  expect_same(result.p, one.at("p"), "p");
}

TEST(PassAtK, EqualsTheHypergeometricDistribution) {
  for (const auto& one : oracle("pass_at_k"))
    expect_same(pass_at_k(one.at("c"), one.at("n"), one.at("k")), one.at("value"), one.dump());
  EXPECT_TRUE(std::isnan(pass_at_k(1, 4, 5))) << "more drawn than there are";
}

TEST(PassAtK, IntervalHoldsTheEstimateAndWidensOverTasks) {
  const auto interval = pass_at_k_interval(18, 64, 4);
  EXPECT_TRUE(interval.holds(pass_at_k(18, 64, 4)));
  const auto over_tasks = mean_pass_at_k({{29, 64}, {2, 64}, {22, 64}, {4, 64}, {11, 64}}, 4);
  EXPECT_TRUE(over_tasks.interval.holds(over_tasks.value));
  EXPECT_GT(over_tasks.interval.high - over_tasks.interval.low, interval.high - interval.low);
}

TEST(PassAtK, IntervalIsAroundTheEstimateAlsoForAllSamples) {
  // One success of 32 is sure to be among all 32: half of the tasks pass.
  std::vector<Stratum> tasks(40, Stratum{1, 32});
  for (std::size_t i = 0; i < 20; ++i) tasks[i].k = 0;
  const auto result = mean_pass_at_k(tasks, 32);
  EXPECT_DOUBLE_EQ(result.value, 0.5);
  EXPECT_NEAR((result.interval.low + result.interval.high) / 2, 0.5, 0.02);
  EXPECT_NEAR(result.interval.high - result.interval.low, 2 * 1.96 * 0.5 / std::sqrt(40.0), 0.03);
}

TEST(FlatPolicySimulation, CountsEveryTaskWithItsOwnSamples) {
  // A task of 4 samples is noisier than one of 400: as if all had 400, no gain could be expected.
  FlatPolicy policy;
  policy.rates = {0.5, 0.5};
  policy.sizes.assign(2, {400, 4});
  const auto result = simulate_flat_policy(policy);
  // Of two equal draws the larger exceeds the first by sd / sqrt(pi); sd of the mean of two rates.
  const double sd = std::sqrt(0.25 / 400 + 0.25 / 4) / 2;
  EXPECT_NEAR(result.expected_gain, sd / std::sqrt(3.14159265), 0.005);
  policy.sizes.clear();
  policy.samples = 400;
  policy.steps = 2;
  EXPECT_LT(simulate_flat_policy(policy).expected_gain, 0.02);
}

TEST(FlatPolicySimulation, LeavesATaskOutOfAStepWithoutSamples) {
  FlatPolicy policy;
  policy.rates = {1, 0};
  policy.sizes = {{8, 8}, {8, 0}};
  const auto result = simulate_flat_policy(policy);
  EXPECT_DOUBLE_EQ(result.expected_max, 1);
  EXPECT_DOUBLE_EQ(result.expected_gain, 0.5);
}

TEST(Moments, EqualNumpys) {
  const auto& one = oracle("quantiles");
  const auto values = numbers(one.at("values"));
  for (const auto& [q, value] : one.at("q").items())
    expect_same(quantile(values, std::stod(q)), value, q);
  expect_same(sample_std(values), one.at("std"), "std");
  EXPECT_TRUE(std::isnan(sample_std({1}))) << "one seed has no deviation";
  EXPECT_TRUE(std::isnan(mean({})));
}

TEST(ClusteredBootstrap, AgreesWithScipysOverTasks) {
  const auto& one = oracle("bootstrap");
  std::vector<std::vector<double>> tasks;
  for (const double rate : numbers(one.at("values"))) tasks.push_back({rate});
  const auto result = clustered_bootstrap(tasks);
  EXPECT_NEAR(result.interval.low, one.at("low"), 1e-9);
  EXPECT_NEAR(result.interval.high, one.at("high"), 1e-9);
}

TEST(ClusteredBootstrap, IsTheSameEveryTime) {
  const std::vector<std::vector<double>> tasks = {{0.1, 0.2}, {-0.4, 0.6}, {1.5}};
  const auto first = clustered_bootstrap(tasks), second = clustered_bootstrap(tasks);
  EXPECT_EQ(first.interval.low, second.interval.low);
  EXPECT_EQ(first.interval.high, second.interval.high);
  BootstrapOptions other;
  other.seed = 2;
  EXPECT_NEAR(clustered_bootstrap(tasks, other).interval.low, first.interval.low, 0.1);
}

TEST(ClusteredBootstrap, TakesSeedsOfATaskAsOneUnit) {
  // 8 seeds that agree say no more about other tasks than one seed does.
  const std::vector<std::vector<double>> once = {{0.1}, {0.5}, {-0.2}, {0.3}};
  std::vector<std::vector<double>> often;
  for (const auto& task : once) often.emplace_back(8, task.front());
  EXPECT_NEAR(
      clustered_bootstrap(once).interval.low, clustered_bootstrap(often).interval.low, 1e-12);
}

TEST(ClusteredBootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  // 20 tasks with effects from a normal distribution around 0: the percentile interval is known to
  // be a little short.
  int covered = 0;
  constexpr int kTrials = 300;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto random = core::CounterRng::of({"coverage", std::to_string(trial)});
    std::vector<std::vector<double>> tasks;
    for (std::uint64_t task = 0; task < 20; ++task) tasks.push_back({random.normal(task)});
    BootstrapOptions options;
    options.draws = 500;
    covered += clustered_bootstrap(tasks, options).interval.holds(0);
  }
  EXPECT_GT(covered, 0.88 * kTrials);
  EXPECT_LT(covered, 0.98 * kTrials);
}

TEST(ComparePaired, TakesWhatBothHaveAndClustersByTask) {
  const ByUnit a = {{{"L1/4", 1}, 0.5}, {{"L1/4", 2}, 0.7}, {{"L1/5", 1}, 0.1}, {{"L1/9", 1}, 9}};
  const ByUnit b = {{{"L1/4", 1}, 0.1}, {{"L1/4", 2}, 0.1}, {{"L1/5", 1}, 0.3}};
  const auto result = compare_paired(a, b);
  EXPECT_EQ(result.pairs, 3);
  EXPECT_EQ(result.unpaired, 1);
  EXPECT_EQ(result.tasks, 2);
  EXPECT_NEAR(result.by_task.at("L1/4"), 0.5, 1e-12);
  EXPECT_NEAR(result.difference.value, (0.5 - 0.2) / 2, 1e-12) << "tasks count once each";
  EXPECT_EQ(result.tasks_better, 1);
  EXPECT_EQ(result.tasks_worse, 1);
  EXPECT_NEAR(result.by_seed.at(2), 0.6, 1e-12);
  // Seeds: (0.4 - 0.2) / 2 and 0.6.
  EXPECT_NEAR(result.over_seeds.p, paired_t({0.1, 0.6}).p, 1e-9);
}

TEST(ComparePaired, IsUnclearWhereTheIntervalHoldsZero) {
  EXPECT_EQ(verdict_of(Interval{-0.1, 0.2}), Verdict::kUnclear);
  EXPECT_EQ(verdict_of(Interval{0.0, 0.2}), Verdict::kUnclear);
  EXPECT_EQ(verdict_of(Interval{0.1, 0.2}), Verdict::kBetter);
  EXPECT_EQ(verdict_of(Interval{-0.2, -0.1}), Verdict::kWorse);
}

}  // namespace
}  // namespace vegttt::report
