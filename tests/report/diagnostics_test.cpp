#include "vegttt/report/diagnostics.h"

#include <gtest/gtest.h>

#include "campaign_fixture.h"
#include "vegttt/report/formats.h"

namespace vegttt::report {
namespace {

TEST(NormalisedKernel, ForgetsCommentsFencesAndBlanks) {
  const std::string text = "```cpp\nfloat  a = 1; // one\n/* two\nlines */ int b=2;\n```\n";
  EXPECT_EQ(normalised_kernel(text), "float a=1;int b=2;");
  EXPECT_EQ(normalised_kernel("float a=1;\nint b = 2;"), "float a=1;int b=2;");
  EXPECT_NE(normalised_kernel("int b = 2;"), normalised_kernel("int b = 3;"));
  EXPECT_EQ(normalised_kernel("x / y"), "x/y");
  EXPECT_EQ(normalised_kernel("a /* never ends"), "a");
}

core::Json rollout(
    const std::string& task, int sample, double speedup, double logprob, const std::string& text) {
  return {{"theta_step", 0},
          {"task_id", task},
          {"sample", sample},
          {"status",
           speedup > 1   ? "fast"
           : speedup > 0 ? "slow"
                         : "wrong"},
          {"speedup", speedup},
          {"mean_logprob", logprob},
          {"prompt_tokens", 10},
          {"completion_tokens", 5 + sample},
          {"completion", text},
          {"evaluation", {{"fast_1", speedup > 1}, {"machine", "m"}}}};
}

// One step of two tasks: task 4's speedups fall with likelihood, task 5 earned the same everywhere.
core::fs::path write_run(const core::fs::path& folder) {
  FakeRun run;
  run.label = "BoA";
  run.method = "batch_ttt";
  run.samples = 4;
  run.fast = {{{"L1/4", 2}, {"L1/5", 4}}};
  write_run(folder, run);
  std::string lines;
  for (int i = 0; i < 4; ++i)
    lines += core::dump_json(rollout("L1/4",
                                     i,
                                     0.5 + 0.3 * i,
                                     -0.1 * (i + 1),
                                     i < 2 ? "same // " + std::to_string(i) : std::to_string(i))) +
             "\n";
  for (int i = 0; i < 4; ++i) lines += core::dump_json(rollout("L1/5", i, 2, -0.5, "one")) + "\n";
  core::write_file_atomically(folder / name_of(run) / "rollouts.jsonl", lines);
  core::Json rows = core::Json::array();
  for (int i = 0; i < 4; ++i) {
    rows.push_back({{"task_id", "L1/4"}, {"sample", i}, {"reward", i}, {"advantage", i - 1.5}});
    rows.push_back({{"task_id", "L1/5"}, {"sample", i}, {"reward", 1}, {"advantage", 0}});
  }
  core::write_file_atomically(folder / name_of(run) / "rewards.jsonl",
                              core::dump_json({{"theta_step", 0}, {"rollouts", rows}}) + "\n");
  return folder / name_of(run);
}

TEST(SaturationTable, CountsKernelsRanksLikelihoodsAndFlatGroups) {
  const core::TemporaryFolder folder;
  const auto table = saturation_table(read_run(write_run(folder.path())));
  ASSERT_EQ(table.cells.rows().size(), 1u);
  std::map<std::string, std::string> cells;
  for (std::size_t i = 0; i < table.cells.header().size(); ++i)
    cells[table.cells.header()[i]] = table.cells.rows()[0][i].text;
  EXPECT_EQ(cells.at("distinct"), "2.0") << "3 in task 4, where a comment makes no kernel, 1 in 5";
  EXPECT_EQ(cells.at("rho in tasks"), "-1.00");
  EXPECT_EQ(cells.at("n"), "8");
  EXPECT_EQ(cells.at("flat groups"), "1/2");
  EXPECT_EQ(cells.at("largest task"), "100 %");
  EXPECT_EQ(cells.at("entropy"), "-") << "not recorded";
}

TEST(GradientShareTable, GivesEveryTaskItsShare) {
  const core::TemporaryFolder folder;
  const auto table = gradient_share_table(read_run(write_run(folder.path())));
  EXPECT_EQ(table.cells.rows().at(0).at(1).text, "100.0 %");
  EXPECT_EQ(table.cells.rows().at(1).at(1).text, "0.0 %");
}

}  // namespace
}  // namespace vegttt::report
