#include <gtest/gtest.h>

#include <cmath>

#include "vegttt/core/error.h"
#include "vegttt/learn/update.h"

namespace vegttt::learn {
namespace {

using records::Rollout;

// Task a: 1 2 6, task b: 5 5, with tasks interleaved.
std::vector<Rollout> rollouts() {
  std::vector<Rollout> list;
  for (const auto& [task, reward] :
       {std::pair{"a", 1.0}, {"b", 5.0}, {"a", 2.0}, {"a", 6.0}, {"b", 5.0}}) {
    Rollout rollout;
    rollout.key.task_id = task;
    rollout.reward = reward;
    list.push_back(rollout);
  }
  return list;
}

AdvantageResult result_of(const std::vector<Rollout>& list, const std::string& kind) {
  config::LearnOptions options;
  options.advantage = kind;
  return advantages_of(list, std::vector<bool>(list.size(), true), options);
}

void expect_advantages(const std::string& kind, const std::vector<double>& wanted) {
  const auto result = result_of(rollouts(), kind);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_NEAR(result.advantages[i], wanted[i], 1e-12) << kind << " " << i;
  EXPECT_EQ(result.groups, 2);
  EXPECT_EQ(result.flat_groups, 1);
}

TEST(Advantage, GroupSubtractsTheGroupsMean) { expect_advantages("group", {-2, 0, -1, 3, 0}); }

TEST(Advantage, GroupStdDividesByTheSampleDeviation) {
  const double scale = std::sqrt(7.0) + 1e-4;
  expect_advantages("group_std", {-2 / scale, 0, -1 / scale, 3 / scale, 0});
}

TEST(Advantage, LeaveOneOutSubtractsTheMeanOfTheOthers) {
  expect_advantages("leave_one_out", {1 - 4, 0, 2 - 3.5, 6 - 1.5, 0});
}

TEST(Advantage, GlobalStdIsAZScoreOverTheStep) {
  const double deviation = std::sqrt((7.84 + 1.44 + 3.24 + 4.84 + 1.44) / 4);
  expect_advantages(
      "global_std",
      {-2.8 / deviation, 1.2 / deviation, -1.8 / deviation, 2.2 / deviation, 1.2 / deviation});
}

TEST(Advantage, NoneIsTheReward) { expect_advantages("none", {1, 5, 2, 6, 5}); }

TEST(Advantage, UnscoredAndUnusableRolloutsAreLeftOut) {
  auto list = rollouts();
  list[3].reward = std::nan("");
  std::vector<bool> usable(5, true);
  usable[4] = false;
  const auto result = advantages_of(list, usable, {});
  EXPECT_EQ(result.advantages, (std::vector<double>{-0.5, 0, 0.5, 0, 0}));
  EXPECT_EQ(result.share_by_task.at("a"), 1);
}

TEST(Advantage, EqualRewardsThatDoNotAddUpExactlyAreStillFlat) {
  auto list = rollouts();
  for (auto& rollout : list) rollout.reward = 0.1;
  for (const char* kind : {"group",
                           "group_std",
                           "batch_std",
                           "global_std",
                           "leave_one_out",
                           "mean_ratio",
                           "entropic"}) {
    EXPECT_EQ(result_of(list, kind).advantages, std::vector<double>(5, 0)) << kind;
  }
}

TEST(Advantage, BatchStdDividesByTheDeviationOfTheWholeStep) {
  const double scale = std::sqrt((7.84 + 1.44 + 3.24 + 4.84 + 1.44) / 4) + 1e-4;
  expect_advantages("batch_std", {-2 / scale, 0, -1 / scale, 3 / scale, 0});
}

TEST(Advantage, MeanRatioDividesByTheGroupsMean) {
  expect_advantages("mean_ratio", {-2 / 3.0, 0, -1 / 3.0, 1, 0});
}

TEST(Advantage, GroupsOfOneTaskThatReadOtherPromptsAreApart) {
  auto list = rollouts();
  list[3].prompt_hash = "starts from a kernel";
  const auto result = result_of(list, "group");
  EXPECT_EQ(result.groups, 3);
  EXPECT_EQ(result.flat_groups, 2);
  EXPECT_EQ(result.advantages, (std::vector<double>{-0.5, 0, 0.5, 0, 0}));
}

TEST(Advantage, FlatGroupsAreCountedByTask) {
  const auto result = result_of(rollouts(), "group");
  EXPECT_EQ(result.flat_by_task.at("a"), 0);
  EXPECT_EQ(result.flat_by_task.at("b"), 1);
}

// One winner of 64, 1.5 against 1.0: the figures of TTT-Discover's own formula.
std::vector<Rollout> one_winner_of_64() {
  std::vector<Rollout> list(64);
  for (auto& rollout : list) rollout.reward = 1.0;
  list[17].reward = 1.5;
  return list;
}

TEST(Advantage, EntropicIsLargeForAClearWinnerAndNotOfMeanZero) {
  const auto result = result_of(one_winner_of_64(), "entropic");
  EXPECT_NEAR(result.advantages[17], 27.8, 0.1);
  EXPECT_NEAR(result.advantages[0], -0.31, 0.01);
  EXPECT_NEAR(result.largest, 27.8, 0.1);
  double sum = 0;
  for (const double advantage : result.advantages) sum += advantage;
  EXPECT_GT(sum, 5);
}

TEST(Advantage, EntropicKnowsNeitherShiftNorScaleOfRewards) {
  auto list = one_winner_of_64(), other = list;
  for (auto& rollout : other) rollout.reward = 7 + 40 * rollout.reward;
  const auto a = result_of(list, "entropic"), b = result_of(other, "entropic");
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(a.advantages[i], b.advantages[i], 1e-6);
}

TEST(Advantage, LargeOnesMayBeClippedAndTheirSizeIsTold) {
  config::LearnOptions options;
  options.advantage = "entropic";
  options.advantage_clip = 5;
  const auto result = advantages_of(one_winner_of_64(), std::vector<bool>(64, true), options);
  EXPECT_EQ(result.advantages[17], 5);
  EXPECT_NEAR(result.largest, 27.8, 0.1);
}

TEST(Advantage, ConstantEntropicBetaIsTheOption) {
  config::LearnOptions options;
  options.advantage = "entropic_constant";
  options.entropic_beta = std::log(3);
  std::vector<Rollout> list(3);
  list[2].reward = 1;  // e^(beta r): 1, 1, 3
  const auto result = advantages_of(list, std::vector<bool>(3, true), options);
  EXPECT_NEAR(result.advantages[2], 3 / 1.0 - 1, 1e-9);
  EXPECT_NEAR(result.advantages[0], 1 / 2.0 - 1, 1e-9);
}

TEST(Advantage, TheGlobalZScoreGivesAnEasyTaskTheGradient) {
  // The first step of the paper's run: one kernel at ninety times, all others at about one.
  std::vector<Rollout> list(160);
  for (std::size_t i = 0; i < 160; ++i) {
    list[i].key.task_id = i < 32 ? "easy" : "hard";
    list[i].reward = i == 0 ? 90 : 1;
  }
  const auto result = result_of(list, "global_std");
  EXPECT_NEAR(result.advantages[0], 12.6, 0.1);
  EXPECT_GT(result.share_by_task.at("easy"), 0.5);
}

TEST(Advantage, UnknownKindsAreRefused) {
  EXPECT_THROW(result_of(rollouts(), "grpo"), core::UserError);
}

}  // namespace
}  // namespace vegttt::learn
