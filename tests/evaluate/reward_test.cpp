// Every number here was worked out by hand.
#include "vegttt/evaluate/reward.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

Evaluation timed(const std::string& task, double speedup) {
  Evaluation e;
  e.task_id = task;
  e.status = speedup > 1 ? Status::kFast : Status::kSlow;
  e.fast_1 = speedup > 1;
  e.timing = records::Timing{};
  e.timing->speedup = speedup;
  return e;
}

Evaluation with(const std::string& task, Status status, double speedup = 0) {
  Evaluation e = timed(task, speedup);
  e.status = status;
  e.fast_1 = false;
  if (speedup == 0) e.timing.reset();
  return e;
}

config::RewardOptions options(const std::string& kind,
                              const std::string& normalizer = "none",
                              double bonus = 0.3,
                              double cap = 10) {
  config::RewardOptions o;
  o.kind = kind;
  o.normalizer = normalizer;
  o.correct_bonus = bonus;
  o.cap = cap;
  return o;
}

std::vector<double> rewards(const config::RewardOptions& o, const std::vector<Evaluation>& batch) {
  return RewardModel(o).rewards(batch);
}

TEST(Reward, RankLooksAtTheOrderOfATasksCorrectKernelsAlone) {
  const std::vector<Evaluation> batch = {
      timed("a", 90), timed("a", 1.1), with("a", Status::kWrong), timed("a", 1.1), timed("b", 0.5)};
  EXPECT_EQ(rewards(options("speedup", "rank", 0), batch),
            (std::vector<double>{1, 0.5, 0, 0.5, 1}));
}

TEST(Reward, InverseRuntimeIsWorthMoreTheFasterItRuns) {
  auto e = timed("a", 2);
  e.timing->candidate_median_us = 1500;
  EXPECT_EQ(rewards(options("inverse_runtime", "none", 0), {e, with("a", Status::kWrong)}),
            (std::vector<double>{2, 0}));
}

TEST(Reward, KindsGiveTheirNumbers) {
  const std::vector<Evaluation> batch = {
      timed("a", 1), timed("a", 3), timed("a", 0.5), timed("a", 100), with("a", Status::kWrong)};
  EXPECT_EQ(rewards(options("speedup"), batch), (std::vector<double>{1.3, 3.3, 0.8, 10.3, 0}));
  EXPECT_EQ(rewards(options("fast"), batch), (std::vector<double>{0.3, 1.3, 0.3, 1.3, 0}));
  EXPECT_EQ(rewards(options("correct"), batch), (std::vector<double>{1.3, 1.3, 1.3, 1.3, 0}));
  const auto logs = rewards(options("log_speedup"), batch);
  EXPECT_DOUBLE_EQ(logs[0], 1.3);  // log2(2)
  EXPECT_DOUBLE_EQ(logs[1], 2.3);  // log2(4)
  EXPECT_DOUBLE_EQ(logs[2], 0.3 + std::log2(1.5));
  EXPECT_DOUBLE_EQ(logs[3], 0.3 + std::log2(11.0));  // capped at 10
}

TEST(Reward, SuspiciousIsWorthNothingAndUnscoredIsNoNumber) {
  const auto r = rewards(options("speedup"),
                         {with("a", Status::kSuspicious, 900),
                          with("a", Status::kUnscored),
                          with("a", Status::kTimeout)});
  EXPECT_EQ(r[0], 0);
  EXPECT_TRUE(std::isnan(r[1]));
  EXPECT_EQ(r[2], 0);
}

TEST(Reward, FrozenMedianComesFromTheFirstBatchAndDoesNotMove) {
  RewardModel model(options("speedup", "frozen_median", 0));
  EXPECT_EQ(model.rewards({timed("a", 2), timed("a", 4), timed("a", 6), with("b", Status::kWrong)}),
            (std::vector<double>{0.5, 1, 1.5, 0}));
  EXPECT_EQ(model.rewards({timed("a", 8), timed("b", 2), timed("b", 2)}),
            (std::vector<double>{2, 1, 1}));
}

TEST(Reward, FrozenMedianDoesNotDependOnOrder) {
  RewardModel one(options("speedup", "frozen_median", 0)),
      other(options("speedup", "frozen_median", 0));
  EXPECT_EQ(one.rewards({timed("a", 2), timed("a", 4), timed("a", 6)})[1],
            other.rewards({timed("a", 6), timed("a", 4), timed("a", 2)})[1]);
}

// The paper's: divide by the median of the last 32 before this one, 1 when there is none, then
// push.
TEST(Reward, RunningMedianDependsOnOrderAsThePapersDid) {
  RewardModel model(options("speedup", "running_median_32", 0));
  EXPECT_EQ(model.rewards({timed("a", 2), timed("a", 4), timed("a", 6)}),
            (std::vector<double>{2, 2, 2}));
  std::vector<Evaluation> many(32, timed("a", 10));
  model.rewards(many);
  EXPECT_EQ(model.rewards({timed("a", 5)})[0], 0.5) << "the first three are forgotten";
}

TEST(Reward, StateSurvivesACheckpoint) {
  for (const char* normalizer : {"frozen_median", "running_median_32"}) {
    RewardModel model(options("speedup", normalizer, 0)), copy(options("speedup", normalizer, 0));
    model.rewards({timed("a", 2), timed("a", 4)});
    copy.restore(core::parse_json(core::dump_json(model.state()), "test"));
    EXPECT_EQ(model.rewards({timed("a", 9)}), copy.rewards({timed("a", 9)}));
  }
  RewardModel other(options("speedup", "none"));
  EXPECT_THROW(other.restore(RewardModel(options("speedup", "frozen_median")).state()),
               core::UserError);
}

TEST(Reward, ShuffledKeepsTheRewardsOfEachTask) {
  std::vector<Evaluation> batch;
  for (int i = 1; i <= 8; ++i) batch.push_back(timed("a", i));
  for (int i = 1; i <= 8; ++i) batch.push_back(timed("b", 10 * i));
  RewardModel model(options("shuffled", "none", 0, 1000));
  const auto plain = rewards(options("log_speedup", "none", 0, 1000), batch);
  const auto shuffled = model.rewards(batch, 7);
  EXPECT_NE(plain, shuffled);
  EXPECT_EQ(shuffled, model.rewards(batch, 7));
  EXPECT_NE(shuffled, model.rewards(batch, 8));
  EXPECT_TRUE(std::is_permutation(plain.begin(), plain.begin() + 8, shuffled.begin()));
  EXPECT_TRUE(std::is_permutation(plain.begin() + 8, plain.end(), shuffled.begin() + 8));
}

TEST(Reward, UnknownNamesAreTold) {
  EXPECT_THROW(RewardModel(options("fastt")), core::UserError);
  EXPECT_THROW(RewardModel(options("fast", "median")), core::UserError);
}

}  // namespace
}  // namespace vegttt::evaluate
