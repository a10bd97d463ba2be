#include "vegttt/experiment/campaign_run.h"

#include "campaign_fixture.h"
#include "vegttt/experiment/after_run.h"

namespace vegttt::experiment {
namespace {

using testing::Each;
using testing::HasSubstr;

class CampaignRun : public test::CampaignFixture {
 protected:
  core::Stopped stopped_by(const Campaign& plan) {
    try {
      run(plan);
    } catch (const core::Stopped& e) {
      return e;
    }
    ADD_FAILURE() << "did not stop";
    return {core::ExitCode::kDone, ""};
  }
};

TEST_F(CampaignRun, DoesEveryRunAndWhatLiesOutsideOfTheBudget) {
  const auto folder = run(campaign());
  EXPECT_THAT(states(folder), Each("done"));
  EXPECT_EQ(json(folder / "campaign.json").at("budget").at("rollouts"), 24);
  for (const char* run : {"best-of-n-1-t42-s1", "boa-1-t42-s2"}) {
    EXPECT_LE(lines(folder / run / "rollouts.jsonl").size(), 24u);
    const auto best = lines(folder / run / "best_kernels.jsonl");
    ASSERT_EQ(best.size(), 2u) << run;
    EXPECT_EQ(best[0].at("task"), "L1/1");
    EXPECT_EQ(best[0].at("fresh").at("repeats"), 2);
    EXPECT_GT(best[0].at("fresh").at("speedup"), 1);
    const auto probe = json(folder / run / "probe.json");
    EXPECT_EQ(probe.at("n_samples"), 6);
    EXPECT_EQ(probe.at("shared_by"), 4);
    const auto outside = json(folder / run / "outside.json");
    EXPECT_EQ(outside.at("best_kernels_anew").at("evaluations"), 4);
  }
  EXPECT_EQ(json(folder / "boa-1-t42-s1" / "outside.json").at("reevaluation").at("rollouts"), 4);
  EXPECT_EQ(judges_, 1) << "one judge with new secrets for all runs";
}

// A run's ledger counts at the call site: what lies outside of its budget is the sum of the items.
TEST_F(CampaignRun, ListsEverythingThatNoBudgetPaysFor) {
  const auto folder = run(campaign());
  for (const std::string method : {"best_of_n", "batch_ttt"}) {
    SCOPED_TRACE(method);
    const auto run = folder / (method == "best_of_n" ? "best-of-n-1-t42-s1" : "boa-1-t42-s1");
    const auto outside = json(run / "outside.json");
    const auto counted = json(run / (method + "_compute.json")).at("outside_budget");
    const auto& fresh = outside.at("reevaluation");
    EXPECT_EQ(fresh.at("rollouts"), counted.at("rollouts"));
    EXPECT_EQ(fresh.at("prompt_tokens"), counted.at("prompt_tokens"));
    EXPECT_EQ(fresh.at("completion_tokens"), counted.at("completion_tokens"));
    EXPECT_EQ(fresh.at("evaluations").get<int>() +
                  outside.at("confirmations").at("evaluations").get<int>(),
              counted.at("evaluations").get<int>());
    EXPECT_EQ(outside.at("diagnostics").at("scored_tokens"), counted.at("scored_tokens"));
    EXPECT_GT(outside.at("probe").at("prompt_tokens"), 0);
  }
  EXPECT_GT(
      json(folder / "best-of-n-1-t42-s1" / "outside.json").at("confirmations").at("evaluations"),
      0);
  EXPECT_GT(json(folder / "boa-1-t42-s1" / "outside.json").at("diagnostics").at("scored_tokens"),
            0);
}

TEST_F(CampaignRun, TimesBestKernelsAnewOneByOneAlsoWhereRunsJudgeEqualCodeOnce) {
  run(campaign(kCampaign + "set: {evaluate.duplicates: copy}\n"));
  EXPECT_EQ(judge_of_equal_code_, "judge") << "else a repeat would be a copy of the first timing";
}

TEST_F(CampaignRun, LooksAtHeldOutTasksFromTheta0AndFromWhatWasSelected) {
  const std::string yaml =
      kCampaign + "held_out: {methods: [BoA], samples_per_task: 3, tasks: {ids: [9, 10]}}\n";
  const auto folder = run(campaign(yaml));
  EXPECT_THAT(states(folder), Each("done"));
  const auto theta_0 = folder / "theta_0-held-out-t42-s1",
             selected = folder / "boa-selected-held-out-t42-s1";
  for (const auto& run : {theta_0, selected}) {
    EXPECT_EQ(lines(run / "rollouts.jsonl").size(), 6u) << "of no budget";
    EXPECT_FALSE(core::fs::exists(run / "probe.json"));
    EXPECT_FALSE(core::fs::exists(run / "best_kernels.jsonl"));
  }
  const auto config = [](const core::fs::path& run) {
    return config::load_experiment((run / "config.yaml").string(), {}).values;
  };
  EXPECT_EQ(config(theta_0).policy.init, "");
  EXPECT_EQ(config(theta_0).tasks.ids, (std::vector<std::string>{"9", "10"}));
  const std::string step =
      json(folder / "boa-1-t42-s1" / "boa_selected.json").at("selected_checkpoint");
  EXPECT_EQ(config(selected).policy.init,
            (core::fs::absolute(folder) / "boa-1-t42-s1" / "checkpoints" / step).string());
  EXPECT_EQ(config(selected).budget.rollouts, 0);
  parts_made_ = 0;
  run(campaign(yaml));
  EXPECT_EQ(parts_made_, 0) << "done is done";
}

TEST_F(CampaignRun, HasNoLookFromARunThatTheMachineFailed) {
  machine_fails_ = [](const evaluate::Submission& one) {
    return one.tag.find("adapt/2/step_001") != std::string::npos;
  };
  const std::string yaml =
      kCampaign + "held_out: {methods: [BoA], samples_per_task: 3, tasks: {ids: [9, 10]}}\n";
  EXPECT_THROW(run(campaign(yaml)), core::MachineError);
  const auto folder = folder_.path() / "c";
  EXPECT_FALSE(core::fs::exists(folder / "boa-selected-held-out-t42-s2"));
  machine_fails_ = nullptr;
  run(campaign(yaml));
  EXPECT_THAT(states(folder), Each("done"));
}

TEST_F(CampaignRun, RepeatsNothingThatIsDone) {
  const auto folder = run(campaign());
  const auto before = core::read_file(folder / "boa-1-t42-s1" / "best_kernels.jsonl");
  parts_made_ = judges_ = 0;
  EXPECT_EQ(run(campaign()), folder);
  EXPECT_EQ(parts_made_ + judges_, 0);
  EXPECT_EQ(core::read_file(folder / "boa-1-t42-s1" / "best_kernels.jsonl"), before);
}

TEST_F(CampaignRun, MayGrow) {
  run(campaign());
  parts_made_ = 0;
  const auto folder = run(campaign(core::replace_all(kCampaign, "[1, 2]", "[1, 2, 3]")));
  EXPECT_EQ(parts_made_, 2);
  EXPECT_EQ(states(folder).size(), 6u);
  EXPECT_THAT(states(folder), Each("done"));
}

TEST_F(CampaignRun, IsNotContinuedAsAnotherOne) {
  run(campaign());
  try {
    run(campaign(core::replace_all(kCampaign, "rollouts: 24", "rollouts: 16")));
    FAIL() << "did not throw";
  } catch (const core::UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("budget.rollouts is 16 now and was 24"));
  }
}

TEST_F(CampaignRun, DoesOnlyWhatIsWanted) {
  request_.wanted = [](const PlannedRun& run) { return run.label == "BoA"; };
  const auto folder = run(campaign());
  EXPECT_EQ(states(folder), (std::vector<std::string>{"missing", "done", "missing", "done"}));
}

TEST_F(CampaignRun, EndsEarlyAndGoesOnFromItsFolder) {
  request_.max_minutes = 1e-9;
  const auto stopped = stopped_by(campaign());
  const auto folder = folder_.path() / "c";
  EXPECT_EQ(stopped.code(), core::ExitCode::kEndedEarly);
  EXPECT_THAT(stopped.what(), HasSubstr("0 of 4 runs complete"));
  EXPECT_THAT(stopped.what(), HasSubstr("Continue with: vegttt resume " + folder.string()));
  request_.max_minutes = 0;
  run(campaign_in(folder));
  EXPECT_THAT(states(folder), Each("done"));
}

TEST_F(CampaignRun, GoesOnWithTheTunedSettingsThatItBeganWith) {
  const TunedFile tuned{"t.yaml", "methods: {batch_ttt: {learn.learning_rate: 0.007}}\n"};
  const auto folder = run(parse_campaign(kCampaign, "c.yaml", kExperiment, {}, tuned));
  const auto again = campaign_in(folder);
  EXPECT_DOUBLE_EQ(again.runs[1].experiment.values.learn.learning_rate, 0.007);
  EXPECT_THROW(run(campaign()), core::UserError) << "another experiment";
}

TEST_F(CampaignRun, KeepsTheOriginsOfTheFirstFileWhenItGoesOn) {
  const auto folder = run(campaign());
  const auto again = campaign_in(folder);
  EXPECT_EQ(again.runs[1].experiment.origins.at("adapt.method").text, "c.yaml:10");
}

TEST_F(CampaignRun, LeavesARunThatTheMachineFailsForLater) {
  machine_fails_ = [](const evaluate::Submission& one) {
    return one.tag.find("adapt/2/step_001") != std::string::npos;
  };
  EXPECT_THROW(run(campaign()), core::MachineError);
  const auto folder = folder_.path() / "c";
  EXPECT_EQ(states(folder), (std::vector<std::string>{"done", "done", "done", "partial"}));
  EXPECT_TRUE(core::fs::exists(folder / "boa-1-t42-s1" / "best_kernels.jsonl"));
  machine_fails_ = nullptr;
  run(campaign());
  EXPECT_THAT(states(folder), Each("done"));
}

TEST_F(CampaignRun, EndsWhenTwoRunsInARowFail) {
  machine_fails_ = [](const evaluate::Submission&) { return true; };
  try {
    run(campaign());
    FAIL() << "did not throw";
  } catch (const core::MachineError& e) {
    EXPECT_THAT(e.what(), HasSubstr("two runs in a row failed"));
  }
  EXPECT_EQ(parts_made_, 2);
}

TEST_F(CampaignRun, TimesAgainWhatTheMachineCouldNotTime) {
  machine_fails_ = [](const evaluate::Submission& one) { return one.tag.starts_with("anew/"); };
  const auto folder = run(campaign());
  const auto file = folder / "boa-1-t42-s1" / "best_kernels.jsonl";
  EXPECT_TRUE(lines(file).empty());
  machine_fails_ = nullptr;
  run(campaign());
  EXPECT_EQ(lines(file).size(), 2u);
}

records::JudgedRollout rollout(int sample, records::Status status, double speedup) {
  records::JudgedRollout one;
  one.rollout.key = {1, 0, "L1/1", sample};
  one.rollout.code_hash = "k" + std::to_string(sample);
  one.evaluation.status = status;
  one.evaluation.timing = records::Timing{};
  one.evaluation.timing->speedup = speedup;
  return one;
}

TEST(BestKernel, IsTheFastestThatIsCorrectWithinTheBudget) {
  using records::Status;
  const std::vector<records::JudgedRollout> rollouts = {rollout(0, Status::kSlow, 0.9),
                                                        rollout(1, Status::kFast, 1.2),
                                                        rollout(2, Status::kSuspicious, 90),
                                                        rollout(3, Status::kWrong, 50),
                                                        rollout(4, Status::kFast, 1.2),
                                                        rollout(5, Status::kFast, 3)};
  EXPECT_EQ(best_kernels_of(rollouts, {"L1/1"}, 0)[0].code_hash, "k5");
  const auto within = best_kernels_of(rollouts, {"L1/1"}, 5)[0];
  EXPECT_EQ(within.sample, 1);
  EXPECT_DOUBLE_EQ(within.found_speedup, 1.2);
}

TEST(BestKernel, IsNoneWhereNothingWasFaster) {
  const auto best =
      best_kernels_of({rollout(0, records::Status::kSlow, 0.99)}, {"L1/1", "L1/2"}, 0);
  ASSERT_EQ(best.size(), 2u);
  EXPECT_EQ(best[0].sample, -1);
  EXPECT_EQ(best[0].code_hash, "");
  EXPECT_EQ(best[0].found_speedup, 1);
}

}  // namespace
}  // namespace vegttt::experiment
