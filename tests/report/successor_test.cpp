// What the successor of the paper adds: pass@K, the K that adaptation is worth, likelihoods.
#include <gtest/gtest.h>

#include "campaign_fixture.h"
#include "vegttt/report/formats.h"
#include "vegttt/report/paper.h"

namespace vegttt::report {
namespace {

std::string line(const std::string& task, int sample, double speedup, double logprob) {
  const char* status = speedup > 1 ? "fast" : speedup > 0 ? "slow" : "wrong";
  return core::dump_json({{"theta_step", 0},
                          {"task_id", task},
                          {"sample", sample},
                          {"status", status},
                          {"speedup", speedup},
                          {"mean_logprob", logprob},
                          {"completion_tokens", 10},
                          {"completion", "x"},
                          {"evaluation", {{"fast_1", speedup > 1}, {"machine", "fake machine"}}}}) +
         "\n";
}

// Task 4: the fastest sample is the second likeliest. Task 5: nothing is correct.
FakeRun best_of_n() {
  FakeRun run;
  run.label = "Best-of-N";
  run.method = "best_of_n";
  run.samples = 4;
  run.fast = {{{"L1/4", 2}, {"L1/5", 0}}};
  run.rollouts = line("L1/4", 0, 0.8, -0.1) + line("L1/4", 1, 2.0, -0.2) +
                 line("L1/4", 2, 1.5, -0.3) + line("L1/4", 3, 0.9, -0.4) + line("L1/5", 0, 0, -0.1);
  return run;
}

FakeRun boa() {
  FakeRun run = best_of_n();
  run.label = "BoA";
  run.method = "batch_ttt";
  run.selected_step = 0;
  run.fresh = {{"L1/4", 3}, {"L1/5", 0}};  // 3 of 8
  return run;
}

class SuccessorTest : public testing::Test {
 protected:
  Table made(const std::string& id) {
    write_campaign(folder_.path(), {best_of_n(), boa()});
    const auto campaign = read_campaign(folder_.path());
    return reproduce(id, &campaign);
  }
  core::TemporaryFolder folder_;
};

TEST_F(SuccessorTest, PassAtKIsUnbiasedAndOverTasks) {
  const auto table = made("successor/best-of-n-scaling");
  std::vector<std::string> ours;
  for (const auto& row : table.cells.rows()) {
    if (row[0].text == "ours, subset 1") ours.push_back(row[1].text + ": " + row[2].text);
  }
  // 1 - C(2, K) / C(4, K) on task 4, nothing on task 5.
  EXPECT_EQ(ours, (std::vector<std::string>{"1: 25.0 %", "2: 41.7 %", "4: 50.0 %"}));
}

TEST_F(SuccessorTest, AdaptationIsWorthTheKThatReachesItsRate) {
  const auto table = made("successor/equivalent-k");
  const auto& row = table.cells.rows().back();
  EXPECT_EQ(row[3].text, "37.5 %");
  // pass@1 = 25 %, pass@2 = 41.7 %: three quarters of the way from log 1 to log 2.
  EXPECT_EQ(row[5].text, "1.68") << plain_text(table);
}

TEST_F(SuccessorTest, StrategiesChooseAmongCorrectSamples) {
  const auto table = made("successor/selection");
  std::map<std::string, std::string> fast, speedup;
  for (const auto& row : table.cells.rows()) {
    fast[row[0].text] = row[1].text;
    speedup[row[0].text] = row[4].text;
  }
  EXPECT_EQ(fast.at("best correct (measured)"), "50.0 %") << "task 5 has none";
  EXPECT_EQ(speedup.at("best correct (measured)"), "2.00x");
  EXPECT_EQ(fast.at("random correct"), "25.0 %");
  EXPECT_EQ(speedup.at("random correct"), "1.30x");
  EXPECT_EQ(speedup.at("confidence (likeliest correct)"), "0.80x");
  EXPECT_EQ(speedup.at("surprisal (least likely correct)"), "0.90x");
  EXPECT_EQ(speedup.at("best of the 3 least likely"), "2.00x");
}

TEST_F(SuccessorTest, QuartersGoFromTheLeastLikelyUp) {
  const auto table = made("successor/surprisal");
  ASSERT_EQ(table.cells.rows().size(), 4u);
  EXPECT_EQ(table.cells.rows()[0][4].text, "0.90x");
  EXPECT_EQ(table.cells.rows()[3][4].text, "0.80x");
  EXPECT_NE(table.notes.back().find("n 4"), std::string::npos) << table.notes.back();
}

}  // namespace
}  // namespace vegttt::report
