#include "vegttt/experiment/rescore.h"

#include <gmock/gmock.h>

#include "run_fixture.h"
#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

class Rescore : public test::RunFixture {
 protected:
  core::fs::path rescored(const core::fs::path& run, std::vector<std::string> overrides) {
    return rescore(run, {std::move(overrides), "", 0, {"vegttt", "rescore"}}, judges(), observer_);
  }
  // Another judge, which finds nothing right.
  PartsFactory judges() {
    return [this](const PartsRequest& request) {
      EXPECT_TRUE(request.only_evaluator);
      auto parts = test::fake_parts(request);
      auto& judge = static_cast<test::FakeEvaluator&>(*parts.evaluator);
      judge.machine_fails = [this](const evaluate::Submission& one) {
        return fails_ || (wrong_after_step_0_ && one.tag.find("step_000") == std::string::npos);
      };
      return parts;
    };
  }
  bool fails_ = false, wrong_after_step_0_ = false;
};

TEST_F(Rescore, DerivesEverythingAnewFromTheSameRollouts) {
  const auto run_folder = run("boa");
  const auto folder = rescored(run_folder, {"evaluate.protocol=paper-fast"});
  EXPECT_EQ(folder, folder_.path() / "boa.rescored-paper-fast");
  const auto before = read_rollouts(run_folder, "rollouts.jsonl");
  const auto after = read_rollouts(folder, "rollouts.jsonl");
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].rollout.key, after[i].rollout.key);
    EXPECT_EQ(before[i].rollout.completion, after[i].rollout.completion);
  }
  const auto summary = core::parse_json(text(folder, "batch_ttt_summary.json"), "");
  const auto old = core::parse_json(text(run_folder, "batch_ttt_summary.json"), "");
  EXPECT_EQ(summary.at("selected_step"), old.at("selected_step"));  // the fake judge is the same
  EXPECT_EQ(summary.at("fresh").at("aggregate_fast_1"), old.at("fresh").at("aggregate_fast_1"));
  EXPECT_THAT(text(folder, "config.yaml"), testing::HasSubstr("paper-fast"));
  EXPECT_THAT(text(folder, "rescored.json"), testing::HasSubstr("/boa\""));
  const auto compute = core::parse_json(text(folder, "batch_ttt_compute.json"), "");
  EXPECT_EQ(compute.at("evaluations"), 36 + 6);
  EXPECT_EQ(compute.at("total_rollouts"), 0);
}

// The fake judge says the same again: what the method chose and wrote must come out as it was.
TEST_F(Rescore, ChoosesAndWritesAsEveryMethodDoes) {
  const std::vector<std::vector<std::string>> kinds = {
      {"adapt.method=base"},
      {"adapt.method=best_of_n", "adapt.best_of_n_samples=6"},
      {"adapt.method=best_of_n", "adapt.best_of_n_samples=6", "adapt.evaluate_top=2"},
      {"adapt.method=batch_ttt"},
      {"adapt.method=batch_ttt", "adapt.steps=4", "adapt.early_stop=1"},
      {"adapt.method=batch_ttt", "adapt.steps=4", "adapt.early_stop=1", "adapt.per_task_stop=true"},
      {"adapt.method=batch_ttt", "adapt.steps=4", "budget.rollouts=54"},
      {"adapt.method=sdpo"},
      {"adapt.method=rlvr", "adapt.epochs=2"}};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string method = kinds[i][0].substr(kinds[i][0].find('=') + 1);
    SCOPED_TRACE(core::join(kinds[i], " "));
    const auto old = run("run" + std::to_string(i), kinds[i]);
    const auto anew = rescored(old, {"evaluate.protocol=paper-fast"});
    const std::string summary = method + "_summary.json";
    EXPECT_EQ(core::parse_json(text(anew, summary), ""), core::parse_json(text(old, summary), ""));
    ASSERT_EQ(core::fs::exists(anew / "boa_selected.json"),
              core::fs::exists(old / "boa_selected.json"));
    if (!core::fs::exists(old / "boa_selected.json")) continue;
    auto a = core::parse_json(text(anew, "boa_selected.json"), "");
    auto b = core::parse_json(text(old, "boa_selected.json"), "");
    a.erase("config"), b.erase("config");  // the protocol differs
    EXPECT_EQ(a, b);
    EXPECT_EQ(text(anew, "metrics.jsonl"), text(old, "metrics.jsonl"));
  }
}

TEST_F(Rescore, HasNoFreshRatesOfAStepThatWasNotSampledAgain) {
  const auto run_folder = run("boa", {"learn.learning_rate=0.5"});
  const auto old = core::parse_json(text(run_folder, "batch_ttt_summary.json"), "");
  ASSERT_GT(old.at("selected_step"), 0);
  wrong_after_step_0_ = true;
  const auto folder = rescored(run_folder, {"evaluate.protocol=paper-fast"});
  const auto summary = core::parse_json(text(folder, "batch_ttt_summary.json"), "");
  EXPECT_EQ(summary.at("selected_step"), 0);
  EXPECT_TRUE(summary.at("fresh").is_null());
  EXPECT_FALSE(summary.at("selections").at(0).contains("fresh_score") &&
               summary.at("selections").at(0).at("fresh_score").is_number());
}

TEST_F(Rescore, CountsTheNewVerdicts) {
  const auto run_folder = run("boa");
  fails_ = true;
  const auto folder = rescored(run_folder, {"evaluate.protocol=paper-fast"});
  const auto summary = core::parse_json(text(folder, "batch_ttt_summary.json"), "");
  EXPECT_EQ(summary.at("selections").at(0).at("score"), 0);
}

TEST_F(Rescore, TimesWhatBestOfNPicksOnceMore) {
  const auto folder = rescored(run("n", {"adapt.method=best_of_n", "adapt.best_of_n_samples=6"}),
                               {"evaluate.protocol=paper-fast"});
  const auto summary = core::parse_json(text(folder, "best_of_n_summary.json"), "");
  for (const auto& row : summary.at("rows"))
    EXPECT_EQ(row.at("confirmed_speedup"), row.at("selected_speedup"));
  EXPECT_EQ(summary.at("samples_per_task"), 6);
}

TEST_F(Rescore, RefusesToChangeWhatWasSampled) {
  const auto run_folder = run("boa");
  EXPECT_THROW(rescored(run_folder, {"sampling.temperature=2"}), core::UserError);
}

TEST_F(Rescore, IsNotResumedAsARun) {
  const auto folder = rescored(run("boa"), {"evaluate.protocol=paper-fast"});
  EXPECT_THROW(resume_experiment(folder, request_, parts(), observer_), core::UserError);
}

}  // namespace
}  // namespace vegttt::experiment
