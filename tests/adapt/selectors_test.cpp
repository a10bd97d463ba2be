#include "selectors.h"

#include <gtest/gtest.h>

#include <set>

#include "diagnostics.h"
#include "support/fake_run.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;

// Speedup 0 is a wrong kernel.
JudgedRollout rollout(int sample, double speedup, float mean_logprob) {
  JudgedRollout one;
  one.rollout.key.sample = sample;
  one.rollout.logprobs = {mean_logprob, mean_logprob};
  one.evaluation.status = speedup > 1   ? records::Status::kFast
                          : speedup > 0 ? records::Status::kSlow
                                        : records::Status::kWrong;
  records::Timing timing;
  timing.speedup = speedup;
  one.evaluation.timing = timing;
  return one;
}

const std::vector<JudgedRollout>& six() {
  static const std::vector<JudgedRollout> list = {rollout(0, 0, -0.1f),
                                                  rollout(1, 1.1, -0.2f),
                                                  rollout(2, 3.0, -0.5f),
                                                  rollout(3, 0.9, -0.7f),
                                                  rollout(4, 1.5, -0.9f),
                                                  rollout(5, 0, -2.0f)};
  return list;
}

Pick pick(const std::string& rule) {
  std::vector<const JudgedRollout*> all;
  for (const auto& one : six()) all.push_back(&one);
  for (const auto& selector : selectors()) {
    if (selector.rule == rule) return selector.pick(all, 5);
  }
  ADD_FAILURE() << rule;
  return {};
}

int sample_of(const std::string& rule) { return pick(rule).rollout->rollout.key.sample; }

TEST(Selectors, PickByTheirRules) {
  EXPECT_EQ(sample_of("measured_best"), 2);
  EXPECT_EQ(sample_of("confidence"), 1);
  EXPECT_EQ(sample_of("surprisal"), 4);
  EXPECT_EQ(sample_of("surprisal_top3"), 2);
  EXPECT_EQ(sample_of("likeliest_top4"), 2);
  EXPECT_TRUE(std::set<int>({1, 2, 3, 4}).contains(sample_of("random_correct")));
}

TEST(Selectors, ThatRankBeforeJudgingNeedVerdictsOnlyOfWhatTheyTake) {
  EXPECT_EQ(pick("measured_best").evaluations, 6);
  EXPECT_EQ(pick("likeliest_top4").evaluations, 4);
  const auto first = pick("likeliest_top1");  // the likeliest is wrong
  EXPECT_EQ(first.evaluations, 1);
  EXPECT_EQ(first.rollout, nullptr);
}

TEST(BestOfN, ReportsEveryRuleSideBySide) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 8;
  auto context = run.context();
  run_best_of_n(context);
  const auto& rows = run.store.results.at("best_of_n_summary.json").at("selections");
  ASSERT_EQ(rows.size(), selectors().size());
  for (const auto& row : rows) {
    EXPECT_LE(row.at("fast_1").get<double>(), rows.at(0).at("fast_1").get<double>());
    EXPECT_TRUE(row.contains("confirmed_fast_1"));
  }
}

TEST(BestOfN, JudgesOnlyTheLikeliestAndCountsThoseVerdictsAlone) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 8;
  run.config.adapt.evaluate_top = 3;
  auto context = run.context();
  run_best_of_n(context);
  EXPECT_EQ(run.store.spent.rollouts, 16);
  EXPECT_EQ(run.store.spent.evaluations - run.store.spent.outside.evaluations, 6);
  EXPECT_EQ(run.store.waiting.size(), 10u);
  double least = 0, most_waiting = -100;
  for (const auto& [stream, one] : run.store.all) {
    if (one.rollout.key.task_id == "L1/1") least = std::min(least, mean_logprob(one.rollout));
  }
  for (const auto& [stream, one] : run.store.waiting) {
    if (one.key.task_id == "L1/1") most_waiting = std::max(most_waiting, mean_logprob(one));
  }
  EXPECT_GE(least, most_waiting);
}

}  // namespace
}  // namespace vegttt::adapt
