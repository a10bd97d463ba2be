#include "vegttt/adapt/budget.h"

#include <gtest/gtest.h>

namespace vegttt::adapt {
namespace {

records::ComputeLedger ledger() {
  records::ComputeLedger spent;
  spent.rollouts = 40;
  spent.student_prompt_tokens = 400;
  spent.student_completion_tokens = 800;
  spent.teacher_prompt_tokens = 50;
  spent.teacher_completion_tokens = 60;
  spent.trained_tokens = 700;
  spent.scored_tokens = 11;
  spent.evaluations = 41;
  spent.device_s = 10;
  spent.outside = {8, 80, 160, 1, 9, 2.5};
  return spent;
}

TEST(Budget, CountsWhatIsSpentWithinItAlone) {
  const auto spent = spent_of(ledger());
  EXPECT_EQ(spent.rollouts, 32);
  EXPECT_EQ(spent.sampled_tokens, 640);
  EXPECT_EQ(spent.all_tokens, 640 + 320 + 110 + 700 + 10);
  EXPECT_EQ(spent.evaluations, 32);
  EXPECT_DOUBLE_EQ(spent.device_seconds, 7.5);
}

TEST(Budget, WithoutALimitHasRoomForEverything) {
  EXPECT_FALSE(limited({}));
  EXPECT_EQ(exceeded_by(spent_of(ledger()), {1, 1, 1, 1, 1}, {}), "");
  EXPECT_EQ(times_that_fit(spent_of(ledger()), {1, 1, 1, 1, 1}, 77, {}), 77);
}

TEST(Budget, MayBeUsedUpToItsLastUnit) {
  config::BudgetOptions budget;
  budget.rollouts = 34;
  EXPECT_EQ(exceeded_by(spent_of(ledger()), {2, 0, 0, 0, 0}, budget), "");
  EXPECT_EQ(exceeded_by(spent_of(ledger()), {3, 0, 0, 0, 0}, budget), "rollouts");
}

TEST(Budget, OfSeveralLimitsTheTightestCounts) {
  config::BudgetOptions budget;
  budget.rollouts = 52;         // 20 more
  budget.sampled_tokens = 990;  // 350 more
  EXPECT_EQ(times_that_fit(spent_of(ledger()), {2, 50, 0, 0, 0}, 100, budget), 7);
  EXPECT_EQ(times_that_fit(spent_of(ledger()), {2, 10, 0, 0, 0}, 100, budget), 10);
  budget.device_seconds = 8;
  EXPECT_EQ(times_that_fit(spent_of(ledger()), {2, 50, 0, 0, 0.3}, 100, budget), 1);
  EXPECT_EQ(times_that_fit(spent_of(ledger()), {2, 50, 0, 0, 0.6}, 100, budget), 0);
}

TEST(Budget, IsWrittenWithItsLimitsAndWhatEndedTheRun) {
  config::BudgetOptions budget;
  budget.evaluations = 32;
  const auto json = budget_json(budget, ledger(), "evaluations");
  EXPECT_EQ(json.at("limits").dump(), R"({"evaluations":32.0})");
  EXPECT_EQ(json.at("spent").at("evaluations"), 32);
  EXPECT_EQ(json.at("stopped_by"), "evaluations");
}

TEST(Ledger, ComesBackFromItsFileAsItWas) {
  const auto back = records::compute_ledger_from_json(records::to_json(ledger()));
  EXPECT_EQ(records::to_json(back), records::to_json(ledger()));
}

}  // namespace
}  // namespace vegttt::adapt
