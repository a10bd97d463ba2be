#include "vegttt/experiment/campaign.h"

#include "campaign_fixture.h"
#include "vegttt/experiment/plan.h"

namespace vegttt::experiment {
namespace {

using testing::HasSubstr;

class CampaignFile : public test::CampaignFixture {};

TEST_F(CampaignFile, IsMultipliedOutBySampleSeedFirst) {
  const auto plan = campaign();
  ASSERT_EQ(plan.runs.size(), 4u);
  EXPECT_EQ(plan.runs[0].folder, "best-of-n-1-t42-s1");
  EXPECT_EQ(plan.runs[1].folder, "boa-1-t42-s1");
  EXPECT_EQ(plan.runs[2].folder, "best-of-n-1-t42-s2");
  const auto& boa = plan.runs[3];
  EXPECT_EQ(boa.label, "BoA");
  EXPECT_EQ(boa.subset, "1");
  EXPECT_EQ(boa.experiment.values.seed, 2);
  EXPECT_EQ(boa.experiment.values.adapt.method, "batch_ttt");
  EXPECT_EQ(boa.experiment.values.budget.rollouts, 24);
  EXPECT_EQ(boa.experiment.values.sampling.samples_per_task, 4);
  EXPECT_EQ(boa.experiment.origins.at("adapt.method").text, "c.yaml:10");
  EXPECT_EQ(boa.experiment.origins.at("sampling.samples_per_task").text, "base.yaml:1");
  EXPECT_EQ(plan.budget.at("rollouts"), 24);
}

TEST_F(CampaignFile, MultipliesAGridButNotMethodsThatRunOnce) {
  const auto plan = campaign(kCampaign +
                             "grid:\n"
                             "  reward.kind: [fast, correct]\n"
                             "  learn.learning_rate: [1e-5, 1e-4, 1e-3]\n"
                             "once: [Best-of-N]\n");
  ASSERT_EQ(plan.runs.size(), 2u * (1 + 6));
  EXPECT_EQ(plan.runs[1].label, "BoA reward.kind=fast learn.learning_rate=1e-5");
  EXPECT_EQ(plan.runs[6].experiment.values.reward.kind, "correct");
  EXPECT_DOUBLE_EQ(plan.runs[6].experiment.values.learn.learning_rate, 1e-3);
}

TEST_F(CampaignFile, RefusesUnknownKeysWithTheirLine) {
  EXPECT_EQ(refusal(kCampaign + "retimigs: 2\n"),
            "c.yaml:13: unknown key 'retimigs' - did you mean 'retimings'?");
  EXPECT_EQ(refusal(kCampaign + "  2: {coutn: 5}\n"),
            "c.yaml:13: unknown key 'tasks.coutn' - did you mean 'tasks.count'?");
  EXPECT_THAT(refusal(kCampaign + "set: {learn.learning_rte: 1}\n"), HasSubstr("c.yaml:13"));
  EXPECT_THAT(refusal(kCampaign + "budget.minutes: 3\n"),
              HasSubstr("unknown key 'budget.minutes'"));
}

TEST_F(CampaignFile, RefusesDoubledKeysAndWrongTypes) {
  EXPECT_EQ(refusal(kCampaign + "title: again\n"),
            "c.yaml:13: key 'title' was already given in line 1");
  EXPECT_EQ(refusal(kCampaign + "set: {seed: many}\n"),
            "c.yaml:13: seed: expected an integer, got 'many'");
  EXPECT_EQ(refusal(kCampaign + "grid: {seed: 3}\n"),
            "c.yaml:13: grid.seed: expected a list of values");
  EXPECT_EQ(refusal(kCampaign + "once: [BoB]\n"),
            "c.yaml:13: once: no method is called 'BoB' - did you mean 'BoA'?");
}

TEST_F(CampaignFile, RefusesUnequalBudgetsUnlessTheTitleSaysSo) {
  const std::string unequal =
      core::replace_all(kCampaign,
                        "    adapt.method: batch_ttt\n",
                        "    adapt.method: batch_ttt\n    budget.rollouts: 960\n");
  EXPECT_THAT(refusal(unequal), HasSubstr("'BoA' and 'Best-of-N' have unequal budgets"));
  EXPECT_EQ(
      refusal(core::replace_all(unequal, "title: fake", "title: as printed, unequal budgets")),
      "accepted");
  EXPECT_THAT(refusal(core::replace_all(kCampaign, "budget: {rollouts: 24}\n", "")),
              HasSubstr("without a budget"));
}

TEST_F(CampaignFile, RefusesBudgetsOfZero) {
  EXPECT_THAT(refusal(core::replace_all(kCampaign, "{rollouts: 24}", "{rollouts: 0}")),
              HasSubstr("without a budget"));
}

TEST_F(CampaignFile, RefusesAMethodThatEndsBeforeItsBudget) {
  // 5 tasks x 3 steps x 4 samples are 60.
  EXPECT_EQ(refusal(core::replace_all(kCampaign, "rollouts: 24", "rollouts: 60")), "accepted");
  EXPECT_THAT(refusal(core::replace_all(kCampaign, "rollouts: 24", "rollouts: 90")),
              HasSubstr("'Best-of-N' asks for 60 rollouts at most, less than its budget"));
  EXPECT_EQ(
      refusal(core::replace_all(
          core::replace_all(kCampaign, "rollouts: 24", "rollouts: 90"), "fake", "unequal budgets")),
      "accepted");
  EXPECT_THAT(refusal(kCampaign + "set: {adapt.early_stop: 1}\n"), HasSubstr("early_stop"));
  EXPECT_EQ(
      refusal(core::replace_all(kCampaign, "subsets", "  base: {adapt.method: base}\nsubsets")),
      "accepted")
      << "theta_0 is no competitor";
}

TEST_F(CampaignFile, TakesWhatWasTunedForAKindOfMethod) {
  const std::string tuned =
      "methods:\n"
      "  batch_ttt:  # won\n"
      "    learn.learning_rate: 0.003\n"
      "    learn.kl_coefficient: 0.1\n"
      "  sdpo feedback: {teacher.beta: 3}\n";
  const auto plan = parse_campaign(kCampaign + "set: {learn.learning_rate: 0.5}\n",
                                   "c.yaml",
                                   kExperiment,
                                   {},
                                   {"t.yaml", tuned});
  const auto& boa = plan.runs[1].experiment;
  EXPECT_DOUBLE_EQ(boa.values.learn.learning_rate, 0.003) << "after what all share";
  EXPECT_DOUBLE_EQ(boa.values.learn.kl_coefficient, 0.1);
  EXPECT_EQ(boa.origins.at("learn.learning_rate").text, "t.yaml:3");
  EXPECT_DOUBLE_EQ(plan.runs[0].experiment.values.learn.learning_rate, 0.5) << "not tuned";
  const auto particular = parse_campaign(
      core::replace_all(kCampaign, "batch_ttt\n", "batch_ttt\n    learn.learning_rate: 0.7\n"),
      "c.yaml",
      kExperiment,
      {},
      {"t.yaml", tuned});
  EXPECT_DOUBLE_EQ(particular.runs[1].experiment.values.learn.learning_rate, 0.7);
}

TEST_F(CampaignFile, LooksAtHeldOutTasksWithWhatWasTunedToo) {
  const auto plan = parse_campaign(
      kCampaign + "held_out: {methods: [BoA], samples_per_task: 2, tasks: {offset: 2, count: 1}}\n",
      "c.yaml",
      kExperiment,
      {},
      {"t.yaml", "methods: {batch_ttt: {policy.lora.rank: 4}}\n"});
  int looks = 0;
  for (const auto& run : plan.runs) {
    if (run.init_from.empty()) continue;
    ++looks;
    EXPECT_EQ(run.experiment.values.policy.lora.rank, 4) << "of the checkpoint that it begins with";
  }
  EXPECT_GT(looks, 0);
}

TEST_F(CampaignFile, RefusesTunedSettingsThatFitNoneOfItsMethods) {
  const auto refused = [&](const std::string& tuned) -> std::string {
    try {
      parse_campaign(kCampaign, "c.yaml", kExperiment, {}, {"t.yaml", tuned});
      return "accepted";
    } catch (const core::UserError& e) {
      return e.what();
    }
  };
  EXPECT_THAT(refused("methods: {opsd: {learn.learning_rate: 1}}\n"),
              HasSubstr("t.yaml: has settings of none"));
  EXPECT_THAT(refused("methods: {batch_ttt: {learn.learning_rte: 1}}\n"),
              HasSubstr("unknown key 'learn.learning_rte'"));
  EXPECT_THAT(refused("title: x\n"), HasSubstr("t.yaml:1: unknown key 'title'"));
}

TEST_F(CampaignFile, RefusesAHeldOutLookThatSaysNothing) {
  EXPECT_THAT(refusal(kCampaign + "held_out: {methods: [BoA]}\n"),
              HasSubstr("expected both `methods` and `tasks`"));
  EXPECT_THAT(refusal(kCampaign + "held_out: {methods: [BoB], tasks: {count: 5}}\n"),
              HasSubstr("no method is called 'BoB' - did you mean 'BoA'?"));
  EXPECT_THAT(refusal(kCampaign + "held_out: {methods: [Best-of-N], tasks: {count: 5}}\n"),
              HasSubstr("'Best-of-N' selects no checkpoint"));
}

TEST_F(CampaignFile, RefusesTwoRunsOfOneName) {
  EXPECT_THAT(refusal(core::replace_all(kCampaign, "sample_seeds: [1, 2]", "sample_seeds: [1, 1]")),
              HasSubstr("two runs would have the folder 'best-of-n-1-t42-s1'"));
}

TEST_F(CampaignFile, TakesItsExperimentFromBesideIt) {
  core::write_file_atomically(folder_.path() / "base.yaml", kExperiment);
  core::write_file_atomically(folder_.path() / "fake.yaml", kCampaign);
  const auto plan = load_campaign((folder_.path() / "fake.yaml").string(), {"policy.device=cpu"});
  EXPECT_EQ(plan.options.name, "fake");
  EXPECT_EQ(plan.runs[0].experiment.values.sampling.samples_per_task, 4);
  EXPECT_EQ(plan.runs[0].experiment.values.policy.device, "cpu");
}

// Every campaign that is shipped can be read, and none of its methods gets more trials.
TEST(ShippedCampaigns, AreReadAndGiveTheirMethodsEqualTrials) {
  const auto folder = core::fs::path(VEGTTT_SOURCE_DIR) / "configs" / "experiments" / "paper";
  int files = 0;
  for (const auto& entry : core::fs::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().filename().string());
    ASSERT_NO_THROW({
      const auto plan = load_campaign(entry.path().string());
      EXPECT_FALSE(plan.options.title.empty());
      EXPECT_FALSE(plan.runs.empty());
    });
    ++files;
  }
  EXPECT_GE(files, 8);
}

TEST(ShippedCampaigns, LetEveryMethodSpendExactlyItsBudget) {
  const auto folder = core::fs::path(VEGTTT_SOURCE_DIR) / "configs" / "experiments" / "paper";
  for (const auto& entry : core::fs::directory_iterator(folder)) {
    const auto plan = load_campaign(entry.path().string());
    if (admits_unequal_budgets(plan.options.title)) continue;
    for (const auto& run : plan.runs) {
      const auto& config = run.experiment.values;
      if (config.adapt.method == "base") continue;
      EXPECT_EQ(rollouts_of_method(config, config.tasks.count), config.budget.rollouts)
          << entry.path() << ", " << run.label;
    }
  }
}

TEST(ShippedCampaigns, TuneOnTrainTasksWithTwelveTrialsEach) {
  const auto plan = load_campaign(VEGTTT_SOURCE_DIR "/configs/experiments/paper/tune.yaml");
  std::map<std::string, int> trials;
  for (const auto& run : plan.runs) {
    EXPECT_EQ(run.experiment.values.tasks.split, "train");
    ++trials[run.label.substr(0, run.label.find(" beta"))];
  }
  EXPECT_EQ(
      trials,
      (std::map<std::string, int>{{"BoA", 12}, {"SDPO feedback", 12}, {"SDPO prompt-only", 12}}));
}

}  // namespace
}  // namespace vegttt::experiment
