#include "vegttt/adapt/methods.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/fake_run.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using test::fake_task;
using test::FakeRun;

TEST(BatchTtt, ScoresEveryStepByRolloutsOfItsOwnWeights) {
  FakeRun run;
  auto context = run.context();
  run_batch_ttt(context);
  ASSERT_EQ(run.store.steps.steps.size(), 4u);
  EXPECT_EQ(run.learner.updates, 3);
  for (int s = 0; s < 4; ++s) {
    EXPECT_EQ(run.store.steps.steps[static_cast<std::size_t>(s)].rollouts_so_far, (s + 1) * 16);
    EXPECT_EQ(run.store.judged(Stream::kAdapt, s).size(), 16u) << s;
  }
  EXPECT_EQ(run.store.latest_checkpoint(), 3);
}

TEST(BatchTtt, LearnsWhatIsRewarded) {
  FakeRun run;
  run.config.adapt.steps = 12;
  run.config.learn.learning_rate = 0.3;
  auto context = run.context();
  const double before = run.model->probabilities()[2];
  run_batch_ttt(context);
  run.learner.load(run.store.checkpoint_folder(12));
  EXPECT_GT(run.model->probabilities()[2], before + 0.2);
}

TEST(BatchTtt, ReevaluatesTheSelectedCheckpointOnFreshRollouts) {
  FakeRun run;
  auto context = run.context();
  run_batch_ttt(context);
  const auto& boa = run.store.results.at("boa_selected.json");
  const int step = boa.at("selected_step");
  EXPECT_EQ(run.store.judged(Stream::kFresh, step).size(), 8u);
  EXPECT_EQ(boa.at("fresh").at("n_samples"), 8);
  const auto& rows = run.store.results.at("batch_ttt_summary.json").at("selections");
  EXPECT_EQ(rows.at(0).at("fresh_n"), 8);
}

TEST(BatchTtt, WritesEveryKeyOfThePapersSelection) {
  FakeRun run;
  auto context = run.context();
  run_batch_ttt(context);
  const auto& boa = run.store.results.at("boa_selected.json");
  for (const char* key : {"algorithm",
                          "selection_criterion",
                          "selected_step",
                          "selected_checkpoint",
                          "selected_metrics",
                          "all_steps_fast_1",
                          "config"})
    EXPECT_TRUE(boa.contains(key)) << key;
  for (const char* key : {"aggregate_fast_1", "aggregate_correct", "per_task_fast_1"})
    EXPECT_TRUE(boa.at("selected_metrics").contains(key)) << key;
  EXPECT_EQ(boa.at("all_steps_fast_1").size(), 4u);
}

TEST(BatchTtt, ReallyEndsAtTheEarlyStopAndPaysOptimumPlusPatience) {
  FakeRun run;
  run.config.adapt.steps = 30;
  run.config.adapt.early_stop = 1;
  run.config.learn.learning_rate = 0;  // only noise moves the score, so a regression comes soon
  auto context = run.context();
  run_batch_ttt(context);
  const auto steps = run.store.steps.steps.size();
  ASSERT_LT(steps, 31u);
  const auto& boa = run.store.results.at("boa_selected.json");
  EXPECT_EQ(boa.at("strategy"), "early_stop");
  EXPECT_EQ(boa.at("rollouts_spent"), static_cast<int>(steps) * 16);
  EXPECT_EQ(run.store.spent.rollouts, static_cast<int>(steps) * 16 + 8);
  EXPECT_EQ(run.learner.updates, static_cast<int>(steps) - 1);
}

TEST(BatchTtt, LeavesUnscoredRolloutsOutOfTheUpdate) {
  FakeRun run;
  run.evaluator.machine_fails = [](const auto& s) { return s.tag.ends_with("/000"); };
  run.config.adapt.reevaluate_samples = 0;
  run.config.adapt.steps = 1;
  auto context = run.context();
  run_batch_ttt(context);
  for (std::size_t i = 0; i < run.learner.last.rollouts.size(); ++i) {
    const bool unscored = run.learner.last.rollouts[i].key.sample == 0;
    EXPECT_EQ(run.learner.last.usable[i], !unscored);
    EXPECT_EQ(std::isnan(run.learner.last.rollouts[i].reward), unscored);
    EXPECT_TRUE(!unscored || run.learner.last.rollouts[i].advantage == 0);
  }
}

TEST(BatchTtt, GivesTruncatedRolloutsNoRewardOrDropsThem) {
  for (const std::string kind : {"zero_reward", "drop"}) {
    FakeRun run;
    run.config.sampling.max_new_tokens = 3;
    run.config.learn.truncated = kind;
    run.config.adapt.steps = 1;
    auto context = run.context();
    run_batch_ttt(context);
    for (std::size_t i = 0; i < run.learner.last.rollouts.size(); ++i) {
      EXPECT_EQ(run.learner.last.rollouts[i].reward, 0);
      EXPECT_EQ(run.learner.last.usable[i], kind == "zero_reward");
    }
  }
}

TEST(BatchTtt, ContinuesFromItsLastCheckpointAsIfNothingHadHappened) {
  FakeRun whole;
  auto a = whole.context();
  run_batch_ttt(a);

  FakeRun broken;
  int left = 37;
  broken.check_stop = [&] {
    if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
  };
  auto b = broken.context();
  EXPECT_THROW(run_batch_ttt(b), core::Stopped);
  // A new process: weights at their start, the store as it was left.
  *broken.model = test::ScriptedModel{};
  auto c = broken.context();
  run_batch_ttt(c);
  ASSERT_EQ(broken.store.all.size(), whole.store.all.size());
  for (std::size_t i = 0; i < whole.store.all.size(); ++i)
    EXPECT_EQ(broken.store.all[i].second.rollout.completion,
              whole.store.all[i].second.rollout.completion);
  EXPECT_EQ(broken.store.results.at("boa_selected.json"),
            whole.store.results.at("boa_selected.json"));
}

TEST(BestOfN, SelectsTheFastestOfEachTaskAndTimesItOnceMore) {
  FakeRun run;
  run.config.adapt.best_of_n_samples = 16;
  auto context = run.context();
  run_best_of_n(context);
  const auto& rows = run.store.results.at("best_of_n_summary.json").at("rows");
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    for (const char* key : {"problem_id",
                            "fast_1",
                            "sample_fast_1",
                            "selected_speedup",
                            "selected_correct",
                            "correct",
                            "latency"})
      EXPECT_TRUE(row.contains(key)) << key;
    double best = 0;
    for (const auto& one : run.store.judged(Stream::kAdapt, 0)) {
      if (one.rollout.key.task_id == row.at("problem_id"))
        best = std::max(best, one.evaluation.speedup());
    }
    EXPECT_EQ(row.at("selected_speedup"), best);
    EXPECT_EQ(row.at("confirmed_speedup"), best);
  }
  EXPECT_EQ(run.store.spent.rollouts, 32);
  const auto again = run.store.spent.outside.evaluations;
  EXPECT_EQ(run.store.spent.evaluations, 32 + again);
  EXPECT_GE(again, 2);   // the fastest of each task
  EXPECT_LE(again, 16);  // eight rules, each kernel once
  EXPECT_EQ(run.learner.updates, 0);
}

TEST(Base, SamplesOnceAndLearnsNothing) {
  FakeRun run;
  auto context = run.context();
  run_base(context);
  EXPECT_EQ(run.store.spent.rollouts, 16);
  EXPECT_EQ(run.learner.updates, 0);
  EXPECT_TRUE(run.store.results.contains("base_summary.json"));
}

TEST(Rlvr, GoesThroughTheTasksInTheSameOrderInEveryEpoch) {
  FakeRun run;
  run.tasks = {fake_task("L1/1"), fake_task("L1/2"), fake_task("L1/3")};
  run.config.adapt.tasks_per_batch = 2;
  run.config.adapt.epochs = 2;
  run.config.adapt.save_every = 3;
  auto context = run.context();
  run_rlvr(context);
  std::vector<std::vector<std::string>> seen;
  std::vector<int> spent;
  for (const auto& step : run.store.steps.steps) {
    seen.emplace_back();
    for (const auto& [task, counts] : step.tasks) seen.back().push_back(task);
    spent.push_back(step.rollouts_so_far);
  }
  using Batches = std::vector<std::vector<std::string>>;
  EXPECT_EQ(seen, (Batches{{"L1/1", "L1/2"}, {"L1/3"}, {"L1/1", "L1/2"}, {"L1/3"}}));
  EXPECT_EQ(spent, (std::vector<int>{16, 24, 40, 48}));
  EXPECT_EQ(rlvr_steps(run.config.adapt, 3), 4);
  EXPECT_EQ(run.store.states.size(), 3u);  // theta_0, after three updates, the last
  EXPECT_EQ(run.store.states.at(4).at("trained_on"),
            (std::vector<std::string>{"L1/1", "L1/2", "L1/3"}));
}

TEST(Probe, ShowsRatesAndLeavesNoTrace) {
  FakeRun run;
  const auto metrics = probe({run.config,
                              run.tasks,
                              run.sampler,
                              run.learner,
                              run.evaluator,
                              run.observer,
                              run.check_stop},
                             4);
  EXPECT_EQ(metrics.n_samples(), 8);
  EXPECT_TRUE(run.store.all.empty());
  EXPECT_EQ(run.store.spent.rollouts, 0);
}

TEST(Probe, WarnsOfTasksThatCannotTeachAnything) {
  records::StepMetrics metrics;
  metrics.tasks["L1/1"].n = 4;
  metrics.tasks["L1/2"] = {};
  auto& same = metrics.tasks["L1/3"];
  same.n = same.correct = 4;
  same.distinct = 1;
  const auto lines = probe_warnings(metrics);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find("L1/1: none of 4 is correct"), std::string::npos);
  EXPECT_NE(lines[1].find("L1/3: all 4 are the same kernel"), std::string::npos);
}

}  // namespace
}  // namespace vegttt::adapt
