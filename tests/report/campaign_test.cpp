#include "vegttt/report/campaign.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "campaign_fixture.h"
#include "vegttt/core/error.h"
#include "vegttt/report/formats.h"
#include "vegttt/report/paper.h"

namespace vegttt::report {
namespace {

FakeRun best_of_n(std::int64_t seed, std::map<std::string, double> best) {
  FakeRun run;
  run.label = "Best-of-N";
  run.method = "best_of_n";
  run.sample_seed = seed;
  run.best = std::move(best);
  for (const auto& [task, speedup] : run.best) run.probe[task] = 8;
  run.fresh = run.probe;
  run.fast = {run.probe};
  return run;
}

FakeRun boa(std::int64_t seed, std::map<std::string, double> best) {
  FakeRun run = best_of_n(seed, std::move(best));
  run.label = "BoA";
  run.method = "batch_ttt";
  run.selected_step = 1;
  auto later = run.probe;
  for (auto& [task, k] : later) k = 16;
  run.fresh = later;
  run.fast = {run.probe, later};
  return run;
}

class CampaignTest : public testing::Test {
 protected:
  Campaign read(const std::vector<FakeRun>& runs, const std::string& title = "A campaign") {
    write_campaign(folder_.path(), runs, title);
    return read_campaign(folder_.path());
  }
  std::string refusal(const std::vector<FakeRun>& runs) {
    try {
      campaign_tables(read(runs));
    } catch (const core::UserError& error) {
      return error.what();
    }
    return "";
  }
  // The row of a table that begins so, as "column: text" by column.
  static std::map<std::string, std::string> row(const Table& table, const std::string& name) {
    std::map<std::string, std::string> cells;
    for (const auto& one : table.cells.rows()) {
      if (one.front().text != name || !cells.empty()) continue;
      for (std::size_t i = 0; i < one.size(); ++i) cells[table.cells.header()[i]] = one[i].text;
    }
    return cells;
  }
  static Table table(const Campaign& campaign, const std::string& name) {
    for (const auto& one : campaign_tables(campaign)) {
      if (one.name == name) return one;
    }
    ADD_FAILURE() << "no table " << name;
    return {};
  }

  core::TemporaryFolder folder_;
};

TEST_F(CampaignTest, ComparesBestKernelsPairedByTaskAndSeed) {
  // Per task: log 1.2/1.0 and log 1.1/1.1 over two seeds each.
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.1}}),
                              best_of_n(2, {{"L1/4", 1.0}, {"L1/5", 1.1}}),
                              boa(1, {{"L1/4", 1.2}, {"L1/5", 1.1}}),
                              boa(2, {{"L1/4", 1.2}, {"L1/5", 1.1}})});
  const auto cells = row(table(campaign, "campaign/primary"), "BoA");
  EXPECT_EQ(cells.at("n units"), "4");
  EXPECT_EQ(cells.at("over Best-of-N, 95 %"), "1.095x [1.000, 1.200]") << std::sqrt(1.2);
  EXPECT_EQ(cells.at("tasks +/=/-"), "1/1/0");
  EXPECT_EQ(cells.at("verdict"), "unclear (descriptive)");
}

// A task that two subsets hold was worked on by two runs under the same seeds.
TEST_F(CampaignTest, KeepsEveryRunOfATaskThatSubsetsShare) {
  auto in = [](FakeRun run, const char* subset) {
    run.subset = subset;
    return run;
  };
  const auto campaign = read({in(best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.0}}), "1"),
                              in(boa(1, {{"L1/4", 4.0}, {"L1/5", 1.0}}), "1"),
                              in(best_of_n(1, {{"L1/4", 1.0}}), "hard"),
                              in(boa(1, {{"L1/4", 1.0}}), "hard")});
  const auto cells = row(table(campaign, "campaign/primary"), "BoA");
  EXPECT_EQ(cells.at("n units"), "3");
  EXPECT_EQ(cells.at("over Best-of-N, 95 %").substr(0, 6), "1.414x") << "2 on L1/4, 1 on L1/5";
}

TEST_F(CampaignTest, TakesSubsetsWithoutACommonTaskForOneRepetition) {
  auto second = best_of_n(1, {{"L1/5", 1.0}}), second_boa = boa(1, {{"L1/5", 1.0}});
  second.subset = second_boa.subset = "2";
  const auto campaign =
      read({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}}), second, second_boa});
  EXPECT_NE(plain_answer(campaign).find("2 tasks x 1 seeds"), std::string::npos)
      << plain_answer(campaign);
}

TEST_F(CampaignTest, TellsLargeSampleSeedsFromTaskSeeds) {
  auto other = best_of_n(1, {{"L1/4", 1.0}});
  other.task_seed = 43;
  const auto campaign = read({best_of_n(1'000'001, {{"L1/4", 1.0}}), other});
  EXPECT_EQ(row(table(campaign, "campaign/primary"), "Best-of-N").at("n units"), "2");
}

TEST_F(CampaignTest, AnswersInItsFirstLine) {
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.1}}),
                              best_of_n(2, {{"L1/4", 1.0}, {"L1/5", 1.1}}),
                              boa(1, {{"L1/4", 1.5}, {"L1/5", 1.6}}),
                              boa(2, {{"L1/4", 1.5}, {"L1/5", 1.6}})});
  const auto answer = plain_answer(campaign);
  EXPECT_EQ(
      answer.rfind("Did adaptation beat Best-of-N at equal budget (320 rollouts a run)?\n"
                   "BoA against Best-of-N: Yes. Its best kernels are 1.477x [1.455, 1.500] as "
                   "fast (95 % over tasks; 2 tasks x 2 seeds",
                   0),
      0u)
      << answer;
  EXPECT_NE(answer.find("Descriptive: 2 tasks, fewer than 10."), std::string::npos) << answer;
  EXPECT_NE(plain_text(campaign_tables(campaign).front()).find(answer), std::string::npos);
}

TEST_F(CampaignTest, AsksSeedsToAgreeWhereTasksAreFew) {
  // Both tasks gain, which two of two do by chance every other time; the seeds contradict it.
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.0}}),
                              best_of_n(2, {{"L1/4", 1.0}, {"L1/5", 1.0}}),
                              boa(1, {{"L1/4", 1.5}, {"L1/5", 1.5}}),
                              boa(2, {{"L1/4", 0.8}, {"L1/5", 0.9}})});
  const auto cells = row(table(campaign, "campaign/primary"), "BoA");
  EXPECT_EQ(cells.at("over Best-of-N, 95 %").substr(7, 7), "[1.095,");
  EXPECT_EQ(cells.at("verdict"), "unclear (descriptive)");
  EXPECT_NE(plain_answer(campaign).find("BoA against Best-of-N: Unclear."), std::string::npos);
}

TEST_F(CampaignTest, SaysWhereNoAdaptationTookPlace) {
  auto still = boa(1, {{"L1/4", 1.5}});
  still.kl = 1e-12;
  still.gap = 1e-5;
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}}), still});
  EXPECT_NE(plain_answer(campaign).find("No adaptation took place"), std::string::npos);
  EXPECT_EQ(row(table(campaign, "campaign/secondary"), "BoA").at("adaptation"), "none took place");
  const auto moved = read({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}})});
  EXPECT_EQ(plain_answer(moved).find("No adaptation took place"), std::string::npos);
}

TEST_F(CampaignTest, ComparesFreshSamplesWithTheProbeOfTheta0) {
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}})});
  const auto cells = row(table(campaign, "campaign/secondary"), "BoA");
  EXPECT_EQ(cells.at("selected"), "50.0 %");
  EXPECT_EQ(cells.at("theta_0"), "25.0 %");
  EXPECT_EQ(cells.at("difference"), "+25.0 pp");
  EXPECT_EQ(cells.at("p"), "0.040") << "17/34 against 9/34: one success and one failure more";
}

TEST_F(CampaignTest, CountsASharedProbeOnce) {
  std::vector<FakeRun> runs = {best_of_n(1, {{"L1/4", 1.0}})};
  for (int seed = 1; seed <= 4; ++seed) runs.push_back(boa(seed, {{"L1/4", 1.5}}));
  const auto cells = row(table(read(runs), "campaign/secondary"), "BoA");
  // 65/130 against 9/34; four copies of the probe would give p = 0.00002.
  EXPECT_EQ(cells.at("p"), "0.007");
}

TEST_F(CampaignTest, ComparesEverySubsetWithItsOwnProbe) {
  auto second = boa(1, {{"L1/5", 1.5}});
  second.subset = "2";
  const auto both = read({boa(1, {{"L1/4", 1.5}}), second});
  // 17/34 against 9/34 twice; of the first subset alone it would be .040.
  EXPECT_EQ(row(table(both, "campaign/secondary"), "BoA").at("p"), "0.004");
}

TEST_F(CampaignTest, SetsTasksWithoutHeadroomApart) {
  const auto campaign =
      read({best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.3}}), boa(1, {{"L1/4", 1.02}, {"L1/5", 1.6}})});
  const auto headroom = table(campaign, "campaign/headroom");
  EXPECT_EQ(row(headroom, "L1/5").at("headroom"), "yes");
  EXPECT_EQ(row(headroom, "L1/5").at("found by"), "BoA");
  EXPECT_EQ(row(headroom, "L1/4").at("headroom"), "none found") << "1.02 - 0.05 is below 1";
  EXPECT_EQ(headroom.cells.rows().back().front().text, "L1/4") << "apart, at the end";
  const auto primary = table(campaign, "campaign/primary");
  const auto& rows = primary.cells.rows();
  EXPECT_EQ(rows.at(1).at(1).text, "with headroom");
  EXPECT_EQ(rows.at(1).at(2).text, "1");
}

TEST_F(CampaignTest, IsNotDescriptiveWithTenTasks) {
  std::map<std::string, double> low, high;
  for (int task = 1; task <= 10; ++task) {
    low["L1/" + std::to_string(task)] = 1.1;
    high["L1/" + std::to_string(task)] = 1.2;
  }
  const auto campaign = read({best_of_n(1, low), boa(1, high)});
  EXPECT_EQ(row(table(campaign, "campaign/primary"), "BoA").at("verdict"), "better");
  EXPECT_EQ(plain_answer(campaign).find("Descriptive"), std::string::npos);
  EXPECT_EQ(plain_answer(campaign).find("rules out"), std::string::npos);
}

TEST_F(CampaignTest, SaysWhatANarrowIntervalRulesOut) {
  std::map<std::string, double> same, almost;
  for (int task = 1; task <= 10; ++task) {
    same["L1/" + std::to_string(task)] = 1.5;
    almost["L1/" + std::to_string(task)] = task % 2 == 0 ? 1.503 : 1.497;
  }
  const auto answer = plain_answer(read({best_of_n(1, same), boa(1, almost)}));
  EXPECT_NE(answer.find("rules out a difference of 1 %"), std::string::npos) << answer;
}

TEST_F(CampaignTest, RefusesDoubledSeeds) {
  const auto text = refusal({best_of_n(1, {{"L1/4", 1.0}}), best_of_n(1, {{"L1/4", 1.0}})});
  EXPECT_NE(text.find("Best-of-N, subset 1, task seed 42, sample seed 1 is there twice"),
            std::string::npos)
      << text;
}

TEST_F(CampaignTest, RefusesMixedConfigs) {
  auto other = boa(2, {{"L1/4", 1.5}});
  other.more_config = "learn: {learning_rate: 0.01}\n";
  const std::vector<FakeRun> one_label = {
      best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}}), other};
  EXPECT_NE(refusal(one_label).find("learn.learning_rate is"), std::string::npos)
      << refusal(one_label);
  other.label = "BoA, higher rate";
  EXPECT_EQ(refusal({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}}), other}), "")
      << "labels may differ in how they learn";
  other.more_config = "evaluate: {protocol: paper-fast}\n";
  EXPECT_NE(refusal({best_of_n(1, {{"L1/4", 1.0}}), other}).find("evaluate.protocol"),
            std::string::npos)
      << "but not in how they are judged";
}

TEST_F(CampaignTest, RefusesTwoMachines) {
  auto elsewhere = boa(1, {{"L1/4", 1.5}});
  elsewhere.machine = "another machine";
  EXPECT_NE(refusal({best_of_n(1, {{"L1/4", 1.0}}), elsewhere}).find("the machine is"),
            std::string::npos);
}

TEST_F(CampaignTest, RefusesUnequalBudgetsUnlessTheTitleSaysSo) {
  auto more = boa(1, {{"L1/4", 1.5}});
  more.budget = more.spent = 960;
  const std::vector<FakeRun> runs = {best_of_n(1, {{"L1/4", 1.0}}), more};
  EXPECT_NE(refusal(runs).find("budgets differ"), std::string::npos);
  const auto campaign = read(runs, "BoA at Unequal budgets");
  EXPECT_FALSE(campaign_tables(campaign).empty());
  EXPECT_NE(plain_answer(campaign).find("UNEQUAL budgets"), std::string::npos);
}

TEST_F(CampaignTest, RefusesARunThatSpentMoreThanItsBudget) {
  auto more = boa(1, {{"L1/4", 1.5}});
  more.spent = 352;
  EXPECT_NE(refusal({best_of_n(1, {{"L1/4", 1.0}}), more}).find("spent 352"), std::string::npos);
}

TEST_F(CampaignTest, RefusesARunThatEndedBeforeItsBudget) {
  auto less = boa(1, {{"L1/4", 1.5}});
  less.spent = 240;
  less.stopped_by = "";
  const auto text = refusal({best_of_n(1, {{"L1/4", 1.0}}), less});
  EXPECT_NE(text.find("ended by itself after 240 rollouts of 320"), std::string::npos) << text;
  less.spent = 320;  // its steps ended exactly where the budget does
  EXPECT_EQ(refusal({best_of_n(1, {{"L1/4", 1.0}}), less}), "");
}

FakeRun base(std::int64_t seed, std::map<std::string, double> best) {
  FakeRun run = best_of_n(seed, std::move(best));
  run.label = run.method = "base";
  run.fresh.clear();
  return run;
}

TEST_F(CampaignTest, RanksTheta0OnlyWhereItSpentTheWholeBudget) {
  auto less = base(1, {{"L1/4", 1.9}});
  less.spent = 40;
  less.stopped_by = "";
  const std::vector<FakeRun> runs = {less, best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}})};
  const auto primary = table(read(runs), "campaign/primary");
  const auto& rows = primary.cells.rows();
  EXPECT_EQ(rows.front().front().text, "Best-of-N");
  EXPECT_EQ(rows.back().front().text, "base (theta_0, not at equal budget)");
  EXPECT_EQ(rows.back().back().text, "-") << "no verdict";
  EXPECT_NE(plain_text(primary).find("not ranked"), std::string::npos);
  EXPECT_TRUE(row(table(read(runs), "campaign/by-task"), "L1/4")
                  .contains("base (theta_0, not at equal budget)"));

  const auto whole = table(
      read({base(1, {{"L1/4", 1.9}}), best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}})}),
      "campaign/primary");
  EXPECT_EQ(row(whole, "base").at("over Best-of-N, 95 %"), "1.900x [1.900, 1.900]");
}

TEST_F(CampaignTest, DoesNotCompareWithATheta0ThatSpentLess) {
  auto less = base(1, {{"L1/4", 1.0}});
  less.spent = 40;
  less.stopped_by = "";
  EXPECT_EQ(plain_answer(read({less, boa(1, {{"L1/4", 1.5}})})),
            "No run of Best-of-N: nothing to compare adaptation with.");
}

TEST_F(CampaignTest, KeepsHeldOutTasksOutOfTheComparison) {
  auto held_out = base(1, {{"L1/77", 3.0}});
  held_out.subset = "held-out";
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}}), held_out});
  EXPECT_EQ(row(table(campaign, "campaign/primary"), "base").size(), 0u);
  EXPECT_EQ(table(campaign, "campaign/headroom").cells.rows().size(), 1u);
}

TEST_F(CampaignTest, ListsWhatNoBudgetPaidFor) {
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}}), best_of_n(2, {{"L1/4", 1.0}})});
  const auto cells = row(table(campaign, "campaign/outside"), "Best-of-N");
  EXPECT_EQ(cells.at("fresh rollouts"), "16-32");
  EXPECT_EQ(cells.at("picks timed once more"), "5");
  EXPECT_EQ(cells.at("probe rollouts"), "32");
  EXPECT_EQ(cells.at("device s"), "3");
}

TEST_F(CampaignTest, SaysHowManyRepetitionsThereAre) {
  std::vector<FakeRun> runs;
  for (int seed = 1; seed <= 7; ++seed) {
    runs.push_back(best_of_n(seed, {{"L1/4", 1.0}}));
    runs.push_back(boa(seed, {{"L1/4", 1.5}}));
  }
  EXPECT_NE(plain_answer(read(runs)).find("Few repetitions: 7 sample seeds, fewer than 8."),
            std::string::npos);
  runs.push_back(best_of_n(8, {{"L1/4", 1.0}}));
  runs.push_back(boa(8, {{"L1/4", 1.5}}));
  EXPECT_EQ(plain_answer(read(runs)).find("Few repetitions"), std::string::npos);
}

TEST_F(CampaignTest, NamesWhatIsMissing) {
  auto absent = boa(2, {{"L1/4", 1.5}});
  absent.state = "missing";
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}}), boa(1, {{"L1/4", 1.5}}), absent});
  EXPECT_NE(plain_answer(campaign).find("Preliminary: 1 of 3 runs"), std::string::npos);
  const auto text = plain_text(table(campaign, "campaign/primary"));
  EXPECT_NE(text.find("Missing: BoA, subset 1, task seed 42, sample seed 2: missing."),
            std::string::npos)
      << text;
}

FakeRun trial(const std::string& label, double rate, double best, double reward) {
  auto run = boa(1, {{"L1/4", best}});
  run.reward = reward;
  run.label = label;
  run.more_config = "learn: {learning_rate: " + std::to_string(rate) + "}\n";
  return run;
}

TEST_F(CampaignTest, WritesTheSettingsThatWonForOtherCampaigns) {
  auto sdpo = trial("SDPO low", 0.001, 1.9, 0.3), better = trial("SDPO high", 0.01, 1.0, 0.5);
  sdpo.method = better.method = "sdpo";
  const std::vector<FakeRun> runs = {
      trial("BoA low", 0.001, 1.0, 0.4), trial("BoA high", 0.01, 1.2, 0.2), sdpo, better};
  write_campaign(folder_.path(), runs, "A campaign", true);
  const auto yaml = tuned_yaml(read_campaign(folder_.path()));
  EXPECT_NE(
      yaml.find("  batch_ttt:  # BoA low: mean reward 0.4000, of theta_0 0.0000; one of 2 trials\n"
                "    learn.learning_rate: 0.001\n"),
      std::string::npos)
      << yaml;
  EXPECT_NE(yaml.find("  sdpo feedback:  # SDPO high"), std::string::npos)
      << "the reward decides, not the luckiest kernel: " << yaml;
  write_campaign(folder_.path(), runs, "A campaign", false);
  EXPECT_EQ(tuned_yaml(read_campaign(folder_.path())), "");
}

TEST_F(CampaignTest, ChoosesNoSettingsFromUnequalTrials) {
  auto sdpo = trial("SDPO low", 0.001, 1.0, 0.3);
  sdpo.method = "sdpo";
  write_campaign(folder_.path(),
                 {trial("BoA low", 0.001, 1.5, 0.2), trial("BoA high", 0.01, 1.2, 0.3), sdpo},
                 "A campaign",
                 true);
  const auto campaign = read_campaign(folder_.path());
  EXPECT_EQ(tuned_yaml(campaign), "");
  EXPECT_NE(plain_text(table(campaign, "campaign/tuning")).find("unequal"), std::string::npos);
}

TEST_F(CampaignTest, ComparesHeldOutTasksWithTheta0) {
  const auto look = [](std::int64_t seed, const std::string& label, int fast) {
    FakeRun run;
    run.label = label;
    run.method = "base";
    run.subset = "held-out";
    run.sample_seed = seed;
    run.fast = {{{"L1/77", fast}}};
    if (label != "theta_0")
      run.more_config = "policy: {init: boa-" + std::to_string(seed) + "/checkpoints/step_001}\n";
    return run;
  };
  const auto campaign = read({boa(1, {{"L1/4", 1.2}}),
                              look(1, "theta_0", 4),
                              look(2, "theta_0", 4),
                              look(1, "BoA selected", 16),
                              look(2, "BoA selected", 16),  // another checkpoint, one label
                              look(1, "SDPO selected", 32)});
  const auto held_out = reproduce("paper/held-out", &campaign);
  const auto& rows = held_out.cells.rows();
  const auto ours = std::find_if(
      rows.begin(), rows.end(), [](const auto& cells) { return cells.at(1).text == "ours"; });
  ASSERT_NE(ours, rows.end()) << plain_text(held_out);
  const auto text = plain_text(held_out);
  EXPECT_NE(text.find("32/64"), std::string::npos) << text;
  EXPECT_NE(text.find("12.5 %"), std::string::npos) << "theta_0: " << text;
}

TEST_F(CampaignTest, FillsThePapersTables) {
  auto prompt_only = boa(1, {{"L1/4", 1.1}, {"L1/5", 1.1}});
  prompt_only.label = "SDPO prompt-only";
  prompt_only.method = "sdpo";
  prompt_only.more_config = "teacher: {context: prompt_only}\n";
  auto feedback = prompt_only;
  feedback.label = "SDPO feedback";
  feedback.more_config = "teacher: {context: feedback}\n";
  auto second = best_of_n(1, {{"L1/18", 1.0}});
  second.subset = "2";
  auto second_boa = boa(1, {{"L1/18", 1.0}});
  second_boa.subset = "2";
  const auto campaign = read({best_of_n(1, {{"L1/4", 1.0}, {"L1/5", 1.1}}),
                              boa(1, {{"L1/4", 1.2}, {"L1/5", 1.1}}),
                              boa(2, {{"L1/4", 1.2}, {"L1/5", 1.1}}),
                              prompt_only,
                              feedback,
                              second,
                              second_boa},
                             "Unequal, for the paper's tables");
  for (const auto& item : paper_items()) {
    const auto made = reproduce(item.id, &campaign);
    EXPECT_EQ(made.name, item.id);
    EXPECT_FALSE(made.cells.empty() && made.circumstances.missing.empty()) << item.id;
    EXPECT_EQ(made.circumstances.machine, "fake machine") << item.id;
  }
  // 2 tasks of 32, 16 fast each, in two seeds.
  const auto frontier = reproduce("paper/table-5.1", &campaign);
  EXPECT_EQ(frontier.cells.rows().at(2).at(1).text, "ours");
  EXPECT_EQ(frontier.cells.rows().at(2).at(2).text, "50.0 %") << plain_text(frontier);
  EXPECT_EQ(frontier.cells.rows().at(2).at(7).text, "64/128") << "subset 1 alone";
}

}  // namespace
}  // namespace vegttt::report
