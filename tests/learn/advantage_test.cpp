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

void expect_advantages(const std::string& kind, const std::vector<double>& wanted) {
  const auto result = advantages_of(rollouts(), std::vector<bool>(5, true), kind);
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
  const auto result = advantages_of(list, usable, "group");
  EXPECT_EQ(result.advantages, (std::vector<double>{-0.5, 0, 0.5, 0, 0}));
  EXPECT_EQ(result.share_by_task.at("a"), 1);
}

TEST(Advantage, EqualRewardsThatDoNotAddUpExactlyAreStillFlat) {
  auto list = rollouts();
  for (auto& rollout : list) rollout.reward = 0.1;
  for (const char* kind : {"group", "group_std", "global_std", "leave_one_out"}) {
    EXPECT_EQ(advantages_of(list, std::vector<bool>(5, true), kind).advantages,
              std::vector<double>(5, 0))
        << kind;
  }
}

TEST(Advantage, UnknownKindsAreRefused) {
  EXPECT_THROW(advantages_of(rollouts(), std::vector<bool>(5, true), "grpo"), core::UserError);
}

}  // namespace
}  // namespace vegttt::learn
