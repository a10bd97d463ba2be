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

TEST(Selectors, NeverPickWhatIsFasterThanTheMachineCanBe) {
  auto suspicious = rollout(9, 40, -0.01f);
  suspicious.evaluation.status = records::Status::kSuspicious;
  for (const int top : {0, 2}) {
    for (const auto& selector : selectors(top))
      EXPECT_EQ(selector.pick({&suspicious}, 5).rollout, nullptr) << selector.rule;
  }
}

TEST(Selectors, ThatRankBeforeJudgingNeedVerdictsOnlyOfWhatTheyTake) {
  EXPECT_EQ(pick("measured_best").evaluations, 6);
  EXPECT_EQ(pick("likeliest_top4").evaluations, 4);
  const auto first = pick("likeliest_top1");  // the likeliest is wrong
  EXPECT_EQ(first.evaluations, 1);
  EXPECT_EQ(first.rollout, nullptr);
}

TEST(Selectors, OfWhichOnlyTheLikeliestWereJudgedLookAtNoMore) {
  std::vector<std::string> rules;
  for (const auto& selector : selectors(5)) rules.push_back(selector.rule);
  EXPECT_EQ(rules,
            (std::vector<std::string>{"likeliest_top5", "likeliest_top1", "likeliest_top4"}));
}

core::Json summary_of(test::FakeRun& run) {
  auto context = run.context();
  run_best_of_n(context);
  return run.store.results.at("best_of_n_summary.json");
}

TEST(BestOfN, ReportsEveryRuleSideBySide) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 8;
  const auto rows = summary_of(run).at("selections");
  ASSERT_EQ(rows.size(), selectors().size());
  for (const auto& row : rows) {
    EXPECT_LE(row.at("fast_1").get<double>(), rows.at(0).at("fast_1").get<double>());
    EXPECT_TRUE(row.contains("confirmed_fast_1"));
  }
}

TEST(BestOfN, NamesWhatItJudgedWhenThatIsOnlyTheLikeliest) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 8;
  run.config.adapt.evaluate_top = 3;
  const auto summary = summary_of(run);
  EXPECT_EQ(summary.at("rule"), "likeliest_top3");
  EXPECT_FALSE(summary.contains("sample_fast_1"));
  EXPECT_TRUE(summary.contains("judged_fast_1"));
  ASSERT_EQ(summary.at("selections").size(), 2u);
  EXPECT_EQ(summary.at("selections").at(0).at("evaluations"), 6);
  EXPECT_EQ(summary.at("selections").at(1).at("rule"), "likeliest_top1");
  for (const auto& row : summary.at("rows")) {
    EXPECT_EQ(row.at("n"), 3);
    EXPECT_EQ(row.at("sampled"), 8);
    EXPECT_FALSE(row.contains("sample_fast_1"));
  }
}

TEST(BestOfN, ConfirmsOnInputsThatDidNotChoose) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 8;
  run.evaluator.machine_fails = [&](const evaluate::Submission& submission) {
    EXPECT_EQ(run.evaluator.draws > 0, submission.tag.starts_with("again/")) << submission.tag;
    return false;
  };
  summary_of(run);
  EXPECT_EQ(run.evaluator.draws, 1);
}

TEST(BestOfN, LeavesOutOfItsConfirmedRatesWhatTheMachineCouldNotJudgeAgain) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 16;
  const auto whole = summary_of(run);
  ASSERT_EQ(whole.at("confirmed_fast_1"), 1);
  test::FakeRun failing;
  failing.config.adapt.best_of_n_samples = 16;
  failing.evaluator.machine_fails = [](const evaluate::Submission& submission) {
    return submission.tag.starts_with("again/") && submission.task_id == "L1/2";
  };
  const auto half = summary_of(failing);
  EXPECT_EQ(half.at("confirmed_fast_1"), 1);
  EXPECT_EQ(half.at("confirmed_tasks"), 1);
  EXPECT_EQ(half.at("selections").at(0).at("confirmed_fast_1"), 1);
  EXPECT_TRUE(half.at("rows").at(0).contains("confirmed_speedup"));
  EXPECT_FALSE(half.at("rows").at(1).contains("confirmed_speedup"));
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
