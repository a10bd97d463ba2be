#include "vegttt/report/tables.h"

#include <gtest/gtest.h>

namespace vegttt::report {
namespace {

records::StepMetrics step(int s, std::map<std::string, int> fast) {
  records::StepMetrics metrics;
  metrics.step_idx = s;
  metrics.rollouts_so_far = (s + 1) * 64;
  for (const auto& [task, k] : fast) {
    metrics.tasks[task].n = 32;
    metrics.tasks[task].fast_1 = k;
    metrics.tasks[task].correct = 30;
  }
  metrics.more["median_speedup"] = 1.25;
  return metrics;
}

RunRecords run() {
  RunRecords records;
  records.path = "runs/boa";
  records.method = "batch_ttt";
  records.protocol = "strict";
  records.seed = 42;
  records.trajectory.steps = {step(0, {{"L1/4", 3}, {"L1/12", 32}}),
                              step(1, {{"L1/4", 9}, {"L1/12", 32}})};
  return records;
}

TEST(TrajectoryTable, HasARowPerStepAndAColumnPerTaskInNumericOrder) {
  const std::string text = trajectory_table(run()).cells.plain();
  EXPECT_EQ(text,
            "step  rollouts  fast_1          95 %  strict  correct  median  L1/4  L1/12\n"
            "   0        64  54.7 %  [42.6, 66.3]   0.0 %   93.8 %   1.25x  3/32  32/32\n"
            "   1       128  64.1 %  [51.8, 74.7]   0.0 %   93.8 %   1.25x  9/32  32/32\n");
}

TEST(TrajectoryTable, NamesProtocolAndSeed) {
  const std::string text = markdown(trajectory_table(run()));
  EXPECT_NE(text.find("Sample seeds 42. Protocol strict."), std::string::npos) << text;
  EXPECT_NE(text.find("0 unscored."), std::string::npos) << text;
  EXPECT_NE(text.find("| step | rollouts |"), std::string::npos) << text;
}

TEST(TrajectoryTable, LeavesTaskColumnsOutWhenBatchesDiffer) {
  auto records = run();
  records.trajectory.steps[1] = step(1, {{"L1/7", 1}, {"L1/8", 1}});
  EXPECT_EQ(trajectory_table(records).cells.plain().find("L1/4"), std::string::npos);
}

TEST(SelectionTable, ShowsTheFreshScoreBesideTheSelectedOne) {
  records::Selection boa;
  boa.criterion = "fast_1";
  boa.selected_step = 2;
  boa.score = 0.425;
  boa.rollouts_spent = 960;
  boa.fresh_score = 0.375;
  boa.fresh_n = 160;
  records::Selection oracle = boa;
  oracle.strategy = records::Strategy::kOracle;
  oracle.selected_step = -1;
  oracle.score = 0.4875;
  oracle.fresh_score.reset();
  EXPECT_EQ(
      selection_table(run(), {boa, oracle}).cells.plain(),
      "strategy                 step  fast_1  rollouts  fresh fast_1          95 %  fresh n\n"
      "BoA (best of all steps)     2  42.5 %       960        37.5 %  [30.4, 45.2]      160\n"
      "per-task oracle             -  48.8 %       960             -             -        -\n");
}

// Best-of-N's summary lists rules under the name that batch_ttt gives its strategies.
TEST(TablesOf, TellRulesOfBestOfNFromStrategiesOfSteps) {
  RunRecords records = run();
  records.trajectory.steps.resize(1);
  records.method = "best_of_n";
  records.summary = {{"sample_fast_1", 0.25},
                     {"selected_fast_1", 1.0},
                     {"confirmed_fast_1", 0.5},
                     {"rows", core::Json::array()},
                     {"selections",
                      {{{"rule", "best"},
                        {"evaluations", 64},
                        {"tasks", 2},
                        {"selected", 1.0},
                        {"fast_1", 1.0},
                        {"confirmed_fast_1", 0.5},
                        {"confirmed_fast_1_strict", 0.5},
                        {"mean_speedup", 1.5},
                        {"confirmed_mean_speedup", 1.25}}}}};
  EXPECT_TRUE(selections_of(records).empty());
  const auto tables = tables_of(records);
  ASSERT_EQ(tables.size(), 3u);
  EXPECT_EQ(
      tables.back().cells.plain(),
      "rule  evaluations  tasks  found one   fast_1  again fast_1  again strict  speedup  again\n"
      "best           64      2    100.0 %  100.0 %        50.0 %        50.0 %    1.50x  1.25x\n");
}

}  // namespace
}  // namespace vegttt::report
