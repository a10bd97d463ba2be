#include "diagnostics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fake_run.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {
namespace {

TEST(Spearman, AgreesWithScipy) {
  // scipy.stats.spearmanr([1, 2, 2, 4, 5], [5, 6, 7, 8, 7]).statistic
  EXPECT_NEAR(spearman({1, 2, 2, 4, 5}, {5, 6, 7, 8, 7}), 0.7631578947368420, 1e-12);
  EXPECT_DOUBLE_EQ(spearman({1, 2, 3}, {10, 20, 15}), 0.5);
  EXPECT_TRUE(std::isnan(spearman({1, 1, 1}, {1, 2, 3})));
  EXPECT_TRUE(std::isnan(spearman({1, 2}, {1, 2})));
}

records::JudgedRollout kernel(const std::string& text, double speedup, float logprob) {
  records::JudgedRollout one;
  one.rollout.key.task_id = "L1/1";
  one.rollout.completion = text;
  one.rollout.code_hash = text;
  one.rollout.logprobs = {logprob, logprob};
  one.evaluation.status = records::Status::kSlow;
  records::Timing timing;
  timing.speedup = speedup;
  one.evaluation.timing = timing;
  return one;
}

TEST(Diagnostics, CountNearDuplicatesOnce) {
  const auto metrics = metrics_of(
      0,
      {kernel("launch a", 1, -1), kernel("launch  a  // same", 2, -2), kernel("launch b", 3, -3)});
  EXPECT_EQ(metrics.tasks.at("L1/1").distinct, 3);
  EXPECT_EQ(metrics.tasks.at("L1/1").distinct_normalised, 2);
  EXPECT_NEAR(metrics.more.at("distinct_share"), 2 / 3.0, 1e-12);
  EXPECT_NEAR(metrics.more.at("spearman_logprob_speedup"), -1, 1e-12);
  EXPECT_NEAR(metrics.more.at("entropy"), 2, 1e-6);
}

TEST(Diagnostics, AreRecordedForTheWeightsThatWereSampled) {
  test::FakeRun run;
  run.config.learn.learning_rate = 0.3;
  auto context = run.context();
  run_batch_ttt(context);
  const auto& steps = run.store.steps.steps;
  EXPECT_NEAR(steps[0].more.at("kl_theta0"), 0, 1e-6);  // theta_0 against itself
  EXPECT_GT(steps[2].more.at("kl_theta0"), 1e-3);
  EXPECT_GT(steps[3].more.at("kl_theta0_se"), 0);
  double share = 0;
  for (const auto& [task, counts] : steps[0].tasks) share += counts.gradient_share;
  EXPECT_NEAR(share, 1, 1e-12);
  for (const char* name : {"groups", "flat_groups", "effective_tasks", "largest_advantage"})
    EXPECT_TRUE(steps[0].more.contains(name)) << name;
}

TEST(Diagnostics, LieOutsideTheBudgetAndMayBeLeftOut) {
  test::FakeRun with, without;
  without.config.adapt.diagnostics = false;
  auto a = with.context(), b = without.context();
  run_batch_ttt(a);
  run_batch_ttt(b);
  EXPECT_GT(with.store.spent.scored_tokens, 0);
  EXPECT_EQ(with.store.spent.scored_tokens, with.store.spent.outside.scored_tokens);
  EXPECT_EQ(without.store.spent.scored_tokens, 0);
  EXPECT_FALSE(without.store.steps.steps[1].more.contains("kl_theta0"));
}

}  // namespace
}  // namespace vegttt::adapt
