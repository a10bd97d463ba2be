#include <gtest/gtest.h>

#include <limits>

#include "vegttt/core/error.h"
#include "vegttt/records/compute.h"
#include "vegttt/records/evaluation.h"
#include "vegttt/records/rollout.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::records {
namespace {

TEST(Status, HasANameThatReadsBack) {
  for (const Status status : all_statuses()) EXPECT_EQ(status_from_name(name_of(status)), status);
  EXPECT_THROW(status_from_name("quick"), core::UserError);
}

TEST(Evaluation, ReadsBackWhatItWrote) {
  Evaluation evaluation;
  evaluation.candidate_hash = "abc";
  evaluation.task_id = "L1/4";
  evaluation.status = Status::kFast;
  evaluation.fast_1 = true;
  evaluation.flags = {"noisy"};
  evaluation.stage_s = {{"compile", 0.5}};
  InputCheck check;
  check.at = {17, 4096};
  check.got = std::numeric_limits<double>::infinity();
  evaluation.checks.push_back(check);
  evaluation.timing = Timing{{1, 2}, {3, 4}, 1.5, 3.5, 0.1, 2.25, 2.0, 2.5, 0.7};
  evaluation.conditions = Conditions{1980, 3201, 34, 131.5, 0.5, "power", "clean", true, false};
  const auto json = to_json(evaluation);
  EXPECT_EQ(
      core::dump_json(to_json(evaluation_from_json(core::parse_json(core::dump_json(json), "x")))),
      core::dump_json(json));
  EXPECT_EQ(json["speedup"], 2.25);
}

TEST(Evaluation, HasNoSpeedupWhenItIsWrong) {
  Evaluation evaluation;
  evaluation.status = Status::kWrong;
  evaluation.timing = Timing{};
  evaluation.timing->speedup = 9;
  EXPECT_EQ(evaluation.speedup(), 0);
}

TEST(RolloutKey, ReadsBackAndSortsByStepThenTaskThenSample) {
  const RolloutKey key{42, 3, "L1/4", 17};
  EXPECT_EQ(rollout_key_from_json(to_json(key)), key);
  EXPECT_EQ(key.text(), "42/step_003/L1/4/017");
  EXPECT_LT(key, (RolloutKey{42, 3, "L1/4", 18}));
}

// Step 2 of the paper's seed 42 trajectory: 68 of 160.
StepMetrics paper_step_2() {
  StepMetrics metrics;
  metrics.step_idx = 2;
  metrics.rollouts_so_far = 480;
  const std::map<std::string, int> fast = {
      {"L1/4", 15}, {"L1/5", 2}, {"L1/12", 32}, {"L1/14", 6}, {"L1/15", 13}};
  for (const auto& [task, k] : fast) {
    auto& counts = metrics.tasks[task];
    counts.n = 32;
    counts.fast_1 = k;
    counts.correct = 28;
    counts.speedup_sum = 28 * 1.5;
    counts.reward_sum = 16;
  }
  return metrics;
}

TEST(StepMetrics, GivesThePapersAggregate) {
  const auto metrics = paper_step_2();
  EXPECT_DOUBLE_EQ(metrics.aggregate_fast_1(), 0.425);
  EXPECT_DOUBLE_EQ(metrics.aggregate_correct(), 0.875);
  EXPECT_DOUBLE_EQ(metrics.aggregate_speedup(), 1.5);
  EXPECT_DOUBLE_EQ(metrics.aggregate_reward(), 0.5);
  EXPECT_EQ(metrics.n_samples(), 160);
}

TEST(StepMetrics, CarriesEveryKeyOfThePapersFile) {
  const auto json = to_json(paper_step_2());
  for (const char* key : {"step_idx",
                          "aggregate_fast_1",
                          "aggregate_correct",
                          "aggregate_speedup",
                          "aggregate_reward",
                          "per_task_fast_1",
                          "per_task_correct",
                          "n_samples",
                          "schema_version"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(core::dump_json(to_json(step_metrics_from_json(json))), core::dump_json(json));
}

TEST(ComputeLedger, CarriesEveryKeyOfThePapersFiles) {
  const auto json = to_json(ComputeLedger{});
  for (const char* key : {"total_rollouts",
                          "total_prompt_tokens",
                          "total_completion_tokens",
                          "wall_clock_s",
                          "student_prompt_tokens",
                          "teacher_completion_tokens"})
    EXPECT_TRUE(json.contains(key)) << key;
}

TEST(ComputeLedger, AddsUpOverAttempts) {
  ComputeLedger first, second;
  first.rollouts = 40;
  first.student_completion_tokens = 1000;
  first.stage_s["sample"] = 2;
  second.rollouts = 2;
  second.stage_s["sample"] = 1;
  second.attempts = 1;
  first.add(second);
  EXPECT_EQ(first.rollouts, 42);
  EXPECT_EQ(first.stage_s.at("sample"), 3);
  const auto json = to_json(first);
  EXPECT_EQ(core::dump_json(to_json(compute_ledger_from_json(json))), core::dump_json(json));
  EXPECT_EQ(json["total_completion_tokens"], 1000);
}

TEST(Selection, ReadsBackWhatItWrote) {
  Selection selection;
  selection.strategy = Strategy::kOracle;
  selection.selected_step = -1;
  selection.criterion = "fast_1";
  selection.per_task_step = {{"L1/4", 2}};
  selection.score = 0.4875;
  selection.rollouts_spent = 960;
  const auto json = to_json(selection);
  EXPECT_EQ(core::dump_json(to_json(selection_from_json(json))), core::dump_json(json));
}

}  // namespace
}  // namespace vegttt::records
