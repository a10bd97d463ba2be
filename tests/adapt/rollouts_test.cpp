#include "vegttt/adapt/rollouts.h"

#include <gtest/gtest.h>

#include "support/fake_run.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using test::FakeRun;

std::vector<std::string> texts(const std::vector<records::JudgedRollout>& judged) {
  std::vector<std::string> all;
  for (const auto& one : judged)
    all.push_back(one.rollout.key.text() + " " + one.rollout.completion);
  return all;
}

TEST(Rollouts, DependOnSeedStepTaskAndSampleAlone) {
  FakeRun whole, alone;
  auto a = whole.context();
  auto b = alone.context();
  const auto both = rollouts_of(a, {Stream::kAdapt, 0, a.tasks, 8});
  const auto second = rollouts_of(b, {Stream::kAdapt, 0, {b.tasks[1]}, 3});
  EXPECT_EQ(texts(second)[2], texts(both)[8 + 2]);
  EXPECT_EQ(both.size(), 16u);
}

TEST(Rollouts, OfTheFreshStreamAreOthers) {
  FakeRun run;
  auto context = run.context();
  EXPECT_NE(texts(rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 8})),
            texts(rollouts_of(context, {Stream::kFresh, 0, context.tasks, 8})));
}

TEST(Rollouts, AreWrittenInKeyOrderWhateverTheJudgeDoes) {
  FakeRun run;
  run.evaluator.backwards = true;
  auto context = run.context();
  rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 4});
  for (std::size_t i = 1; i < run.store.all.size(); ++i)
    EXPECT_LT(run.store.all[i - 1].second.rollout.key, run.store.all[i].second.rollout.key);
}

TEST(Rollouts, ThatAreInTheStoreAreNotMadeAgain) {
  FakeRun run;
  auto context = run.context();
  const auto first = rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 4});
  const auto second = rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 4});
  EXPECT_EQ(texts(first), texts(second));
  EXPECT_EQ(run.sampler.sampled, 8);
  EXPECT_EQ(run.evaluator.evaluations, 8);
}

TEST(Rollouts, AreCountedWhereTheyAreMade) {
  FakeRun run;
  auto context = run.context();
  rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 4});
  EXPECT_EQ(run.store.spent.rollouts, 8);
  EXPECT_EQ(run.store.spent.student_prompt_tokens, 8 * 3);
  EXPECT_EQ(run.store.spent.student_completion_tokens, 8 * 4);
  EXPECT_EQ(run.store.spent.evaluations, 8);
}

TEST(Rollouts, EndTheRunWhenTheMachineFailsOnMoreThanAFifth) {
  FakeRun run;
  run.evaluator.machine_fails = [](const auto& s) {
    return s.tag.ends_with("/000") || s.tag.ends_with("/001");
  };
  auto context = run.context();
  EXPECT_NO_THROW(rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 10}));  // 4 of 20
  try {
    rollouts_of(context, {Stream::kAdapt, 1, context.tasks, 9});  // 4 of 18
    FAIL() << "did not throw";
  } catch (const core::MachineError& e) {
    EXPECT_NE(std::string(e.what()).find("4 of 18 kernels could not be scored"), std::string::npos)
        << e.what();
    EXPECT_NE(std::string(e.what()).find("the machine is on fire"), std::string::npos) << e.what();
  }
}

TEST(Rollouts, OfAnotherPromptAreRefused) {
  FakeRun run;
  auto context = run.context();
  rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 2});
  context.tasks[0].prompt.hash = "edited";
  EXPECT_THROW(rollouts_of(context, {Stream::kAdapt, 0, context.tasks, 2}), core::UserError);
}

TEST(Metrics, LeaveUnscoredRolloutsOutOfEveryRate) {
  std::vector<records::JudgedRollout> judged(4);
  for (auto& one : judged) one.rollout.key.task_id = "L1/1";
  judged[0].evaluation.status = records::Status::kFast;
  judged[0].evaluation.fast_1 = true;
  judged[1].evaluation.status = records::Status::kWrong;
  judged[2].evaluation.status = records::Status::kUnscored;
  judged[3].evaluation.status = records::Status::kSuspicious;
  judged[3].evaluation.fast_1 = true;
  const auto metrics = metrics_of(0, judged);
  const auto& counts = metrics.tasks.at("L1/1");
  EXPECT_EQ(counts.n, 3);
  EXPECT_EQ(counts.unscored, 1);
  EXPECT_EQ(counts.correct, 1);
  EXPECT_EQ(counts.suspicious, 1);
  EXPECT_DOUBLE_EQ(metrics.aggregate_fast_1(), 1.0 / 3);
}

}  // namespace
}  // namespace vegttt::adapt
