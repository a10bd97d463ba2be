#include "vegttt/adapt/select.h"

#include <gtest/gtest.h>

namespace vegttt::adapt {
namespace {

using records::Strategy;
using records::Trajectory;

Trajectory trajectory_of(const std::map<std::string, std::vector<int>>& fast_by_task, int n) {
  Trajectory trajectory;
  const auto steps = fast_by_task.begin()->second.size();
  for (std::size_t s = 0; s < steps; ++s) {
    records::StepMetrics metrics;
    metrics.step_idx = static_cast<int>(s);
    metrics.rollouts_so_far = static_cast<int>(s + 1) * n * static_cast<int>(fast_by_task.size());
    for (const auto& [task, fast] : fast_by_task) {
      metrics.tasks[task].n = n;
      metrics.tasks[task].fast_1 = fast[s];
      metrics.tasks[task].fast_1_strict = fast[s] / 2;
    }
    trajectory.steps.push_back(metrics);
  }
  return trajectory;
}

// One task with these scores out of 100.
Trajectory scores(const std::vector<int>& fast) { return trajectory_of({{"L1/1", fast}}, 100); }

// The paper's seed 42: k of 32 by step, recovered from its tables.
Trajectory paper() {
  return trajectory_of({{"L1/4", {3, 9, 15, 8, 7, 8}},
                        {"L1/5", {1, 5, 2, 1, 1, 3}},
                        {"L1/12", {32, 32, 32, 32, 32, 32}},
                        {"L1/14", {12, 7, 6, 7, 5, 13}},
                        {"L1/15", {12, 11, 13, 10, 13, 10}}},
                       32);
}

TEST(BoaSelector, FindsThePapersScoresAndItsStep) {
  const std::vector<double> published = {0.375, 0.40, 0.425, 0.3625, 0.3625, 0.4125};
  for (std::size_t s = 0; s < published.size(); ++s)
    EXPECT_DOUBLE_EQ(score_of(paper().steps[s], "fast_1"), published[s]) << s;
  const auto best = select_best(paper(), "fast_1");
  EXPECT_EQ(best.selected_step, 2);
  EXPECT_DOUBLE_EQ(best.score, 0.425);
  EXPECT_EQ(best.rollouts_spent, 960);
}

// The paper says that stopping at the first regression costs 480 rollouts; seeing it takes step 3
// as well.
TEST(BoaSelector, PaysForTheStepThatShowsTheRegression) {
  const auto stopped = select_early_stop(paper(), "fast_1", 1);
  EXPECT_EQ(stopped.selected_step, 2);
  EXPECT_EQ(stopped.rollouts_spent, 640);
  EXPECT_EQ(stopped.patience, 1);
  EXPECT_EQ(select_early_stop(paper(), "fast_1", 2).rollouts_spent, 800);
}

TEST(BoaSelector, FindsThePapersPerTaskOracle) {
  const auto oracle = select_oracle(paper(), "fast_1");
  EXPECT_DOUBLE_EQ(oracle.score, 78.0 / 160);
  EXPECT_EQ(oracle.selected_step, -1);
  EXPECT_EQ(oracle.per_task_step,
            (std::map<std::string, int>{
                {"L1/4", 2}, {"L1/5", 1}, {"L1/12", 0}, {"L1/14", 5}, {"L1/15", 2}}));
}

TEST(BoaSelector, TakesTheEarliestOfEqualScores) {
  EXPECT_EQ(select_best(scores({40, 50, 50, 45}), "fast_1").selected_step, 1);
  EXPECT_EQ(select_best(scores({50, 50}), "fast_1").selected_step, 0);
}

TEST(BoaSelector, StopsAtTheFirstRegressionWhenPatienceIsOne) {
  const auto first = scores({28, 26, 60});
  EXPECT_EQ(select_early_stop(first, "fast_1", 1).selected_step, 0);
  EXPECT_EQ(select_early_stop(first, "fast_1", 1).rollouts_spent, 200);
  EXPECT_FALSE(early_stop_reached(scores({28}), "fast_1", 1));
  EXPECT_TRUE(early_stop_reached(scores({28, 26}), "fast_1", 1));
}

TEST(BoaSelector, TreatsATieAsNeitherWorseNorBetter) {
  EXPECT_FALSE(early_stop_reached(scores({30, 30, 30}), "fast_1", 1));
  EXPECT_TRUE(early_stop_reached(scores({30, 20, 30, 25}), "fast_1", 2));
  EXPECT_EQ(select_early_stop(scores({30, 20, 30, 25}), "fast_1", 2).selected_step, 0);
}

TEST(BoaSelector, ForgetsRegressionsBeforeANewBest) {
  EXPECT_FALSE(early_stop_reached(scores({30, 20, 40, 35}), "fast_1", 2));
  EXPECT_EQ(select_early_stop(scores({30, 20, 40, 35}), "fast_1", 2).selected_step, 2);
}

TEST(BoaSelector, NeverStopsWithoutPatience) {
  EXPECT_FALSE(early_stop_reached(scores({9, 1, 1, 1}), "fast_1", 0));
}

TEST(BoaSelector, PaysForAFixedStepOnlyUpToThere) {
  EXPECT_EQ(select_fixed(paper(), "fast_1", 1).rollouts_spent, 320);
  EXPECT_EQ(select_fixed(paper(), "fast_1", -1).selected_step, 5);
  EXPECT_EQ(select_fixed(paper(), "fast_1", 99).selected_step, 5);
}

TEST(BoaSelector, UsesTheStrictCountWhenAskedTo) {
  EXPECT_DOUBLE_EQ(select_best(scores({40, 51}), "fast_1_strict").score, 0.25);
}

TEST(BoaSelector, ListsEveryStrategyOnce) {
  const auto all = select_all(paper(), "fast_1", 3, -1);
  ASSERT_EQ(all.size(), 7u);
  EXPECT_EQ(all[0].strategy, Strategy::kArgmax);
  EXPECT_EQ(all[3].patience, 3);
  EXPECT_EQ(all[5].strategy, Strategy::kOracle);
  EXPECT_EQ(all[6].strategy, Strategy::kPerTaskStop);
}

TEST(BoaSelector, TheOracleTakesNoTaskOfATruncatedRound) {
  records::Trajectory trajectory = paper();
  records::TaskCounts& few = trajectory.steps[5].tasks.at("L1/5");
  few.n = few.correct = few.fast_1 = 1;  // 100 % of one
  const auto all = select_all(trajectory, "fast_1", 1, -1);
  for (const auto& selection : all) {
    if (selection.strategy != Strategy::kOracle) continue;
    EXPECT_EQ(selection.per_task_step.at("L1/5"), 1);
    EXPECT_DOUBLE_EQ(selection.score, 78.0 / 160);
  }
}

TEST(BoaSelector, StopsEachTaskByItsOwnScoresAndPaysForThoseRoundsAlone) {
  const auto stopped = select_per_task_stop(paper(), "fast_1", 1);
  EXPECT_EQ(stopped.per_task_step,
            (std::map<std::string, int>{
                {"L1/4", 2}, {"L1/5", 1}, {"L1/12", 0}, {"L1/14", 0}, {"L1/15", 0}}));
  EXPECT_DOUBLE_EQ(stopped.score, (15 + 5 + 32 + 12 + 12) / 160.0);
  // Steps 0..3, 0..2, all six, 0..1 and 0..1.
  EXPECT_EQ(stopped.rollouts_spent, (4 + 3 + 6 + 2 + 2) * 32);
  EXPECT_EQ(tasks_going_on(paper(), "fast_1", 1), (std::vector<std::string>{"L1/12"}));
}

TEST(BoaSelector, LeavesARoundThatABudgetCutShortOutOfTheChoice) {
  auto cut = scores({40, 45});
  cut.steps[1].tasks["L1/1"].n = 45;  // 45 of 45
  EXPECT_EQ(select_best(whole_steps(cut), "fast_1").selected_step, 0);
  EXPECT_EQ(select_all(cut, "fast_1", 0, -1)[0].selected_step, 0);
  EXPECT_EQ(whole_steps(paper()).steps.size(), 6u);
}

}  // namespace
}  // namespace vegttt::adapt
