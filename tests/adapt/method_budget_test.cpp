// Every method ends at the same place, and every token in the ledger stands in a record.
#include <gtest/gtest.h>

#include "support/fake_run.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using test::FakeRun;

const std::vector<std::string> kMethods = {
    "base", "best_of_n", "power_sampling", "batch_ttt", "sdpo", "opsd", "discover", "rlvr"};

void prepare(FakeRun& run, const std::string& method) {
  run.config.adapt.method = method;
  run.config.adapt.steps = 50;
  run.config.adapt.epochs = 50;
  run.config.adapt.best_of_n_samples = 100;
  run.config.adapt.tasks_per_batch = 2;
  run.config.sampling.max_new_tokens = 4;
  run.config.power.blocks = 2;
  run.config.power.iterations = 2;
  if (method == "base") run.config.sampling.samples_per_task = 100;
}

core::Json budget_of(FakeRun& run) {
  return run.store.results.at(run.config.adapt.method + "_summary.json").at("budget");
}

// Stopped at its `stop`-th chance, then to its end by another process: nothing is left but the
// store.
void run_with_a_stop(FakeRun& run, int stop) {
  int left = stop;
  run.check_stop = [&] {
    if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
  };
  auto first = run.context();
  EXPECT_THROW(run_method(first), core::Stopped);
  *run.model = test::ScriptedModel{};
  auto second = run.context();
  run_method(second);
  run.check_stop = [] {};
}

TEST(MethodBudget, EndsEveryMethodAtTheSameNumberOfRollouts) {
  for (const auto& method : kMethods) {
    SCOPED_TRACE(method);
    FakeRun run;
    prepare(run, method);
    run.config.budget.rollouts = 37;  // 18 of each task: two rounds of 8 and one of 2
    auto context = run.context();
    run_method(context);
    EXPECT_EQ(spent_of(run.store.spent).rollouts, 36);
    EXPECT_EQ(budget_of(run).at("stopped_by"), "rollouts");
    EXPECT_EQ(budget_of(run).at("spent").at("rollouts"), 36);
  }
}

TEST(MethodBudget, IsNeverExceededByWhatIsCounted) {
  for (const auto& method : kMethods) {
    for (const std::string kind : {"sampled_tokens", "all_tokens", "evaluations"}) {
      SCOPED_TRACE(method + " " + kind);
      FakeRun run;
      prepare(run, method);
      const bool teacher = method == "sdpo" || method == "opsd";
      const int limit = kind == "evaluations"  ? 41
                        : kind == "all_tokens" ? (teacher ? 12000 : 900)
                                               : 333;
      if (kind == "evaluations") run.config.budget.evaluations = limit;
      if (kind == "all_tokens") run.config.budget.all_tokens = limit;
      if (kind == "sampled_tokens") run.config.budget.sampled_tokens = limit;
      auto context = run.context();
      run_method(context);
      const auto budget = budget_of(run);
      EXPECT_EQ(budget.at("stopped_by"), kind);
      EXPECT_LE(budget.at("spent").at(kind), limit);
      EXPECT_GT(budget.at("spent").at(kind), limit / 4);
    }
  }
}

TEST(MethodBudget, OfDeviceSecondsEndsARunAtAbout) {
  FakeRun run;
  prepare(run, "best_of_n");
  run.config.adapt.best_of_n_samples = 100000;
  run.config.budget.device_seconds = 0.2;
  run.sampler.delay_us = 500;
  auto context = run.context();
  run_method(context);
  EXPECT_EQ(budget_of(run).at("stopped_by"), "device_seconds");
  EXPECT_LT(budget_of(run).at("spent").at("device_seconds"), 0.4);
}

TEST(MethodBudget, OfNothingIsNoReasonToEnd) {
  FakeRun run;
  run.config.adapt.method = "batch_ttt";
  auto context = run.context();
  run_method(context);
  EXPECT_EQ(budget_of(run).at("stopped_by"), "");
  EXPECT_EQ(budget_of(run).at("spent").at("rollouts"), 4 * 16);
}

TEST(MethodBudget, ThatHoldsNotOneRolloutOfEveryTaskIsRefused) {
  FakeRun run;
  run.config.adapt.method = "best_of_n";
  run.config.budget.rollouts = 1;
  auto context = run.context();
  EXPECT_THROW(run_method(context), core::UserError);
}

TEST(MethodBudget, CutsTheLastRoundAndLeavesItOutOfTheChoice) {
  FakeRun run;
  prepare(run, "batch_ttt");
  run.config.budget.rollouts = 34;
  auto context = run.context();
  run_method(context);
  ASSERT_EQ(run.store.steps.steps.size(), 3u);
  EXPECT_EQ(run.store.steps.steps[2].rollouts_so_far, 34);
  EXPECT_EQ(run.store.steps.steps[2].more.at("truncated_round"), 1);
  EXPECT_LT(run.store.results.at("boa_selected.json").at("selected_step"), 2);
}

TEST(MethodBudget, IsTheSameAfterAStop) {
  for (const auto& method : kMethods) {
    SCOPED_TRACE(method);
    FakeRun whole, broken;
    for (FakeRun* run : {&whole, &broken}) {
      prepare(*run, method);
      run->config.budget.sampled_tokens = 300;
    }
    auto a = whole.context();
    run_method(a);
    run_with_a_stop(broken, 40);
    EXPECT_EQ(spent_of(whole.store.spent).rollouts, spent_of(broken.store.spent).rollouts);
    EXPECT_EQ(spent_of(whole.store.spent).all_tokens, spent_of(broken.store.spent).all_tokens);
  }
}

// Between two checkpoints rlvr makes updates again that it has paid for.
TEST(MethodBudget, PaysOnceForUpdatesThatAreMadeAgainAfterAStop) {
  for (const int stop : {50, 85, 120, 150, 172}) {
    SCOPED_TRACE(stop);
    FakeRun whole, broken;
    for (FakeRun* run : {&whole, &broken}) {
      prepare(*run, "rlvr");
      run->config.adapt.save_every = 3;
      run->config.adapt.diagnostics = false;
      run->config.budget.all_tokens = 1100;
    }
    auto a = whole.context();
    run_method(a);
    run_with_a_stop(broken, stop);
    EXPECT_EQ(whole.store.spent.updates, broken.store.spent.updates);
    EXPECT_EQ(whole.store.spent.trained_tokens, broken.store.spent.trained_tokens);
    EXPECT_EQ(spent_of(whole.store.spent).all_tokens, spent_of(broken.store.spent).all_tokens);
    EXPECT_EQ(whole.store.steps.steps.size(), broken.store.steps.steps.size());
    EXPECT_EQ(whole.model->theta, broken.model->theta);
  }
}

TEST(PerTaskStop, EndsTasksOneByOneAndSelectsForEach) {
  FakeRun run;
  run.config.adapt.steps = 40;
  run.config.adapt.early_stop = 1;
  run.config.adapt.per_task_stop = true;
  run.config.learn.learning_rate = 0;  // only noise moves the scores
  auto context = run.context();
  run_batch_ttt(context);
  const auto& steps = run.store.steps.steps;
  ASSERT_LT(steps.size(), 41u);
  EXPECT_LE(steps.back().tasks.size(), steps.front().tasks.size());
  const auto& boa = run.store.results.at("boa_selected.json");
  EXPECT_EQ(boa.at("strategy"), "per_task_stop");
  EXPECT_EQ(boa.at("per_task_step").size(), 2u);
  EXPECT_EQ(boa.at("rollouts_spent"), steps.back().rollouts_so_far);
  EXPECT_EQ(boa.at("fresh").at("n_samples"), 8);
}

TEST(Ledger, OfAKilledRunIsRaisedToItsRecords) {
  FakeRun whole, killed;
  for (FakeRun* run : {&whole, &killed}) {
    prepare(*run, "batch_ttt");
    run->config.budget.rollouts = 40;
  }
  auto a = whole.context();
  run_method(a);
  int left = 45;
  killed.check_stop = [&] {
    if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
  };
  auto b = killed.context();
  EXPECT_THROW(run_method(b), core::Stopped);
  // The file of the ledger was older than the last lines.
  killed.store.spent.rollouts -= 9;
  killed.store.spent.student_prompt_tokens -= 27;
  killed.store.spent.student_completion_tokens -= 36;
  killed.store.spent.evaluations -= 5;
  *killed.model = test::ScriptedModel{};
  auto c = killed.context();
  run_method(c);
  EXPECT_EQ(killed.store.spent.rollouts, whole.store.spent.rollouts);
  EXPECT_EQ(killed.store.spent.student_prompt_tokens, whole.store.spent.student_prompt_tokens);
  EXPECT_EQ(killed.store.spent.student_completion_tokens,
            whole.store.spent.student_completion_tokens);
  EXPECT_EQ(killed.store.spent.evaluations, whole.store.spent.evaluations);
}

// What the records say was spent, without looking at the ledger.
records::ComputeLedger recorded(const FakeRun& run) {
  records::ComputeLedger sum;
  const auto size = [](const auto& tokens) { return static_cast<std::int64_t>(tokens.size()); };
  const bool chains = run.store.files.contains("proposals.jsonl");
  const auto add = [&](Stream stream, const records::Rollout& rollout) {
    ++sum.rollouts;
    if (chains && stream == Stream::kAdapt) return;  // its requests are lines of their own
    sum.student_prompt_tokens += size(rollout.prompt_tokens);
    sum.student_completion_tokens += size(rollout.completion_tokens);
  };
  for (const auto& [stream, one] : run.store.all) add(stream, one.rollout);
  for (const auto& [stream, one] : run.store.waiting) add(stream, one);
  for (const auto& line : run.store.lines("proposals.jsonl")) {
    sum.student_prompt_tokens += line.at("prompt_tokens").get<std::int64_t>();
    sum.student_completion_tokens += line.at("completion_tokens").get<std::int64_t>();
    sum.scored_tokens += line.at("scored_tokens").get<std::int64_t>();
  }
  for (const auto& line : run.store.lines("teacher.jsonl")) {
    sum.teacher_prompt_tokens += line.at("prompt_tokens").get<std::int64_t>();
    sum.teacher_completion_tokens += line.at("completion_tokens").get<std::int64_t>();
  }
  for (const auto& step : run.store.steps.steps) {
    if (const auto found = step.more.find("trained_tokens"); found != step.more.end())
      sum.trained_tokens += static_cast<std::int64_t>(found->second);
  }
  return sum;
}

TEST(Ledger, TokensCountedWhereTheyAreSpentAreTheTokensOfTheRecords) {
  for (const auto& method : kMethods) {
    SCOPED_TRACE(method);
    FakeRun run;
    prepare(run, method);
    run.config.adapt.steps = 3;
    run.config.adapt.epochs = 3;
    run.config.adapt.best_of_n_samples = 9;
    run.config.adapt.evaluate_top = method == "best_of_n" ? 4 : 0;
    run.config.adapt.diagnostics = false;  // its passes are no records
    run.config.teacher.solution = true;
    auto context = run.context();
    run_method(context);
    const auto& ledger = run.store.spent;
    const auto records = recorded(run);
    EXPECT_EQ(ledger.rollouts, records.rollouts);
    EXPECT_EQ(ledger.student_prompt_tokens, records.student_prompt_tokens);
    EXPECT_EQ(ledger.student_completion_tokens, records.student_completion_tokens);
    EXPECT_EQ(ledger.teacher_prompt_tokens, records.teacher_prompt_tokens);
    EXPECT_EQ(ledger.teacher_completion_tokens, records.teacher_completion_tokens);
    EXPECT_EQ(ledger.scored_tokens, records.scored_tokens);
    if (method != "rlvr") {  // its last update is followed by no round that could record it
      EXPECT_EQ(ledger.trained_tokens, records.trained_tokens);
    }
    EXPECT_EQ(ledger.teacher_prompt_tokens > 0, method == "sdpo" || method == "opsd");
  }
}

}  // namespace
}  // namespace vegttt::adapt
