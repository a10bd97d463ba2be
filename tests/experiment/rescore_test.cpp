#include "vegttt/experiment/rescore.h"

#include <gmock/gmock.h>

#include "run_fixture.h"

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
      judge.machine_fails = [this](const evaluate::Submission&) { return fails_; };
      return parts;
    };
  }
  bool fails_ = false;
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
