// What the published counts say about the paper's central claim: each number of the check of the
// paper, computed by the functions that our own tables use.
#include <gtest/gtest.h>

#include "vegttt/report/statistics.h"

namespace vegttt::report {
namespace {

// Seed 42: fast of 32 samples, by task, theta_0 .. theta_5.
const std::vector<std::vector<int>> kTrajectory = {{3, 9, 15, 8, 7, 8},
                                                   {1, 5, 2, 1, 1, 3},
                                                   {32, 32, 32, 32, 32, 32},
                                                   {12, 7, 6, 7, 5, 13},
                                                   {12, 11, 13, 10, 13, 10}};
constexpr int kSamples = 32;

std::vector<Stratum> step(std::size_t s) {
  std::vector<Stratum> tasks;
  for (const auto& task : kTrajectory) tasks.push_back({task[s], kSamples});
  return tasks;
}

int total(std::size_t s) {
  int sum = 0;
  for (const auto& task : step(s)) sum += task.k;
  return sum;
}

std::vector<Stratum> task_over_steps(std::size_t task) {
  std::vector<Stratum> steps;
  for (const int k : kTrajectory[task]) steps.push_back({k, kSamples});
  return steps;
}

double fisher_of_steps(std::size_t a, std::size_t b) {
  return fisher_exact(total(a), 160, total(b), 160);
}

TEST(PaperStatistics, SixStepsAreCompatibleWithOneRate) {
  std::vector<Stratum> steps;
  for (std::size_t s = 0; s < 6; ++s) steps.push_back({total(s), 160});
  const auto all = chi_square_homogeneity(steps);
  EXPECT_NEAR(all.statistic, 2.40, 0.005);
  EXPECT_EQ(all.degrees, 5);
  EXPECT_NEAR(all.p, 0.79, 0.005);
  for (auto& one : steps) one = {one.k - 32, 128};
  const auto without_task_12 = chi_square_homogeneity(steps);
  EXPECT_NEAR(without_task_12.statistic, 3.95, 0.005);
  EXPECT_NEAR(without_task_12.p, 0.56, 0.005);
}

TEST(PaperStatistics, NoTaskChangesAfterBonferroni) {
  const std::vector<std::pair<std::size_t, double>> published = {
      {0, 0.032}, {1, 0.27}, {3, 0.11}, {4, 0.94}};
  for (const auto& [task, p] : published) {
    EXPECT_NEAR(chi_square_homogeneity(task_over_steps(task)).p, p, 0.005) << task;
    EXPECT_GT(4 * chi_square_homogeneity(task_over_steps(task)).p, 0.05) << task;
  }
}

TEST(PaperStatistics, StepsDifferByLessThanChanceMayDo) {
  EXPECT_NEAR(fisher_of_steps(0, 2), 0.42, 0.005);
  EXPECT_NEAR(stratified_p(step(0), step(2)), 0.21, 0.005);
  EXPECT_NEAR(fisher_of_steps(2, 3), 0.30, 0.01);
  EXPECT_NEAR(stratified_p(step(2), step(3)), 0.12, 0.005);
  EXPECT_NEAR(stratified_p(step(0), step(5)), 0.355, 0.005);
}

TEST(PaperStatistics, OneStepIsKnownToAboutSixPoints) {
  const auto pooled = wilson(68, 160);
  EXPECT_NEAR(pooled.low, 0.351, 5e-4);
  EXPECT_NEAR(pooled.high, 0.502, 5e-4);
  for (std::size_t s = 0; s < 6; ++s) {
    EXPECT_GT(stratified(step(s)).standard_error, 0.0265) << s;
    EXPECT_LT(stratified(step(s)).standard_error, 0.0305) << s;
  }
}

TEST(PaperStatistics, TasksDifferFarMoreThanSteps) {
  std::vector<std::vector<double>> tasks;
  for (const auto& task : step(2)) tasks.push_back({static_cast<double>(task.k) / task.n});
  const auto result = clustered_bootstrap(tasks);
  EXPECT_NEAR(result.value, 0.425, 1e-12);
  EXPECT_NEAR(result.interval.low, 0.169, 0.005);
  EXPECT_NEAR(result.interval.high, 0.731, 0.005);
}

TEST(PaperStatistics, AFlatPolicyGainsNearlyAsMuchByTakingTheMaximum) {
  FlatPolicy policy;
  for (const auto& task : kTrajectory) {
    int sum = 0;
    for (const int k : task) sum += k;
    policy.rates.push_back(sum / 192.0);
  }
  const auto result = simulate_flat_policy(policy);
  EXPECT_NEAR(result.expected_max, 0.427, 0.001);
  EXPECT_NEAR(result.expected_gain, 0.037, 0.001);
  EXPECT_NEAR(result.p_max_at_least(68 / 160.0), 0.58, 0.01);
  EXPECT_NEAR(result.expected_oracle, 0.463, 0.001);
  EXPECT_NEAR(result.p_oracle_at_least(78 / 160.0), 0.15, 0.01);
  // The first drop comes right after step 0, 1, 2: one more step is paid for.
  EXPECT_NEAR(result.stop_share[1], 0.47, 0.01);
  EXPECT_NEAR(result.stop_share[2], 0.33, 0.01);
  EXPECT_NEAR(result.stop_share[3], 0.14, 0.01);
  EXPECT_NEAR(result.early_stop_ties_best, 0.51, 0.015);
  for (const double share : result.argmax_share) EXPECT_NEAR(share, 1 / 6.0, 0.05);
}

TEST(PaperStatistics, FeedbackAndPromptOnlyAreNotToldApart) {
  EXPECT_NEAR(fisher_exact(62, 160, 57, 160), 0.64, 0.005);
  EXPECT_NEAR(fisher_exact(38, 160, 30, 160), 0.34, 0.005);
  EXPECT_NEAR(fisher_exact(46, 160, 39, 160), 0.45, 0.005);
  EXPECT_NEAR(fisher_exact(146, 480, 126, 480), 0.17, 0.005);
  EXPECT_NEAR(sign_test(3, 0), 0.25, 1e-12);
  const auto t = paired_t({5 / 160.0, 8 / 160.0, 7 / 160.0});
  EXPECT_NEAR(t.statistic, 7.6, 0.05);
  EXPECT_EQ(t.degrees, 2);
  EXPECT_NEAR(t.p, 0.017, 0.0005);
  EXPECT_NEAR(fisher_exact(62, 160, 60, 160), 0.91, 0.005) << "prompt-only against theta_0";
  EXPECT_NEAR(fisher_exact(57, 160, 60, 160), 0.82, 0.005) << "feedback against theta_0";
  EXPECT_NEAR(fisher_exact(147, 480, 146, 480), 1, 0.005) << "BoA against prompt-only";
}

TEST(PaperStatistics, TheSamePolicyWasMeasuredTwiceWithDifferentOutcomes) {
  EXPECT_NEAR(fisher_exact(23, 64, 32, 32), 7e-11, 5e-12);
  EXPECT_NEAR(fisher_exact(26, 64, 1, 32), 6.5e-5, 5e-7);
  EXPECT_NEAR(fisher_exact(18, 64, 3, 32), 0.04, 0.005);
  EXPECT_NEAR(fisher_exact(16, 64, 12, 32), 0.24, 0.005);
  EXPECT_NEAR(fisher_exact(26, 160, 68, 320), 0.22, 0.005);
  EXPECT_NEAR(fisher_exact(26, 160, 28, 160), 0.88, 0.005);
}

TEST(PaperStatistics, FivePointsTakeManyMoreSamplesThan160) {
  EXPECT_NEAR(minimum_n_pooled(0.3896, 0.05), 1500, 30);
  std::vector<double> rates;
  for (const auto& task : kTrajectory) {
    int sum = 0;
    for (const int k : task) sum += k;
    rates.push_back(sum / 192.0);
  }
  EXPECT_NEAR(minimum_n_stratified(rates, 0.05), 850, 10);
}

}  // namespace
}  // namespace vegttt::report
