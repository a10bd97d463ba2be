// `vegttt compare` and `config diff`: what is said about two runs, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compare/comparison.h"
#include "program.h"
#include "vegttt/core/error.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::map<std::string, int> kNone = {{"L1/1", 0}, {"L1/2", 0}, {"L1/3", 0}};
const std::map<std::string, int> kAll = {{"L1/1", 10}, {"L1/2", 9}, {"L1/3", 8}};
const std::map<std::string, int> kHalf = {{"L1/1", 5}, {"L1/2", 5}, {"L1/3", 5}};
const std::map<std::string, int> kHalfAndABit = {{"L1/1", 6}, {"L1/2", 5}, {"L1/3", 6}};

class Compare : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string write(const std::string& name, const WrittenRun& run) const {
    run.write(folder_.path() / name);
    return path(name);
  }
  std::string with_fast(const std::string& name, const std::map<std::string, int>& fast) const {
    WrittenRun run;
    run.fast = fast;
    return write(name, run);
  }
  core::ProcessResult compare(const std::string& a,
                              const std::string& b,
                              const std::string& format = "json") const {
    return vegttt_program({"compare", a, b, "--format", format});
  }
  core::Json json(const std::string& a, const std::string& b) const {
    return cli::to_json(cli::compare(cli::read_side(a), cli::read_side(b)));
  }
  static core::Json measure(const core::Json& json, const std::string& name) {
    for (const auto& one : json["measures"]) {
      if (one["measure"] == name) return one;
    }
    return nullptr;
  }

  core::TemporaryFolder folder_;
};

TEST_F(Compare, SaysBetterOrWorseOnlyWhereTheIntervalLeavesZeroOut) {
  const auto none = with_fast("none", kNone), all = with_fast("all", kAll),
             half = with_fast("half", kHalf), bit = with_fast("bit", kHalfAndABit);
  EXPECT_EQ(measure(json(none, all), "fast_1")["verdict"], "better");
  EXPECT_EQ(measure(json(all, none), "fast_1")["verdict"], "worse");
  EXPECT_EQ(measure(json(half, bit), "fast_1")["verdict"], "unclear");
  EXPECT_EQ(measure(json(all, all), "fast_1")["verdict"], "unclear");
}

// Two tasks that agree would make a bootstrap over tasks certain.
TEST_F(Compare, OfFewTasksKnowsOnlyTheNoiseWithinThem) {
  WrittenRun run;
  run.samples = 2;
  run.fast = {{"L1/1", 0}, {"L1/2", 0}};
  const auto a = write("a", run);
  run.fast = {{"L1/1", 1}, {"L1/2", 1}};
  run.best = {{"L1/1", 2.0}, {"L1/2", 3.0}};
  const auto b = write("b", run);
  const auto fast = measure(json(a, b), "fast_1");
  EXPECT_EQ(fast["over"], "samples");
  EXPECT_EQ(fast["verdict"], "unclear");
  // 0 of 2 and 1 of 2 with a success and a failure more: 1/4 and 2/4, both tasks alike.
  const double error = std::sqrt(2 * (0.25 * 0.75 + 0.5 * 0.5) / 4) / 2;
  EXPECT_NEAR(fast["p"].get<double>(), std::erfc(0.25 / error / std::sqrt(2.0)), 1e-12);
  const auto best = measure(json(a, b), "best_kernel");
  EXPECT_EQ(best["over"], "-");
  EXPECT_EQ(best["p"], "nan");
  EXPECT_EQ(best["verdict"], "unclear");
}

TEST_F(Compare, OfTenTasksAndMoreSpeaksOfTasksLikeThem) {
  WrittenRun run;
  for (int task = 1; task <= 10; ++task) run.fast["L1/" + std::to_string(task)] = 0;
  const auto a = write("a", run);
  for (auto& [task, fast] : run.fast) fast = 1;
  const auto row = measure(json(a, write("b", run)), "fast_1");
  EXPECT_EQ(row["verdict"], "better");
  EXPECT_NEAR(row["low"].get<double>(), 0.1, 1e-12) << "over tasks, all of which agree";
}

// The rule of the report's tables: of few tasks the seeds must agree as well.
TEST_F(Compare, HasTheVerdictOfTheReportsTables) {
  WrittenRun run;
  for (const int seed : {1, 2, 3}) {
    run.seed = seed;
    run.fast = {{"L1/1", 0}, {"L1/2", 5}};
    write("a/s" + std::to_string(seed), run);
    run.fast = {{"L1/1", 9}, {"L1/2", 4}};  // every seed the same, but only one of two tasks gains
    write("b/s" + std::to_string(seed), run);
  }
  const auto comparison = cli::compare(cli::read_side(path("a")), cli::read_side(path("b")));
  for (const auto& row : comparison.rows)
    EXPECT_EQ(row.verdict, report::verdict_of(row.paired)) << name_of(row.measure);
  const auto fast = measure(cli::to_json(comparison), "fast_1");
  EXPECT_LT(fast["p"].get<double>(), 0.001);
  EXPECT_EQ(fast["verdict"], "unclear") << "the interval over tasks holds zero";
}

TEST_F(Compare, OfSeveralSeedsTakesTheirSpread) {
  WrittenRun run;
  for (const int seed : {1, 2, 3}) {
    run.seed = seed;
    run.fast = {{"L1/1", 0}};
    write("a/s" + std::to_string(seed), run);
    run.fast = {{"L1/1", seed}};
    write("b/s" + std::to_string(seed), run);
  }
  const auto row = measure(json(path("a"), path("b")), "fast_1");
  EXPECT_EQ(row["over"], "sample seeds");
  // scipy.stats.ttest_1samp([.1, .2, .3], 0)
  EXPECT_NEAR(row["p"].get<double>(), 0.0742, 1e-4);
  EXPECT_EQ(row["verdict"], "unclear");
}

TEST_F(Compare, TakesTheDifferenceOfBFromA) {
  const auto row = measure(json(with_fast("a", kNone), with_fast("b", kAll)), "fast_1");
  EXPECT_NEAR(row["a"].get<double>(), 0, 1e-12);
  EXPECT_NEAR(row["b"].get<double>(), 0.9, 1e-12);
  EXPECT_NEAR(row["difference"].get<double>(), 0.9, 1e-12);
  EXPECT_EQ(row["tasks_better"], 3);
}

TEST_F(Compare, PairsFoldersByTaskAndSeed) {
  WrittenRun run;
  for (const int seed : {1, 2}) {
    run.seed = seed;
    run.fast = {{"L1/1", seed}, {"L1/2", 2}};
    write("a/s" + std::to_string(seed), run);
    run.fast = {{"L1/1", 3 * seed}, {"L1/2", 2}};
    write("b/s" + std::to_string(seed), run);
  }
  run.seed = 3;  // on one side only
  write("b/s3", run);
  const auto all = json(path("a"), path("b"));
  const auto row = measure(all, "fast_1");
  EXPECT_EQ(row["pairs"], 4);
  EXPECT_EQ(row["unpaired"], 2);
  // L1/1: (0.2 + 0.4) / 2; L1/2: none.
  EXPECT_NEAR(row["difference"].get<double>(), 0.15, 1e-12);
  EXPECT_THAT(core::dump_json(all["warnings"]), HasSubstr("on one side only"));
}

TEST_F(Compare, OfBestKernelsTakesLogSpeedupsTimedAnew) {
  WrittenRun run;
  run.fast = kAll;
  run.best = {{"L1/1", 4.0}, {"L1/2", 0.5}};
  const auto found = write("found", run);
  run.best_anew = {{"L1/1", 2.0}, {"L1/2", 1.0}, {"L1/3", 1.0}};
  const auto anew = write("anew", run);
  const auto all = json(found, anew);
  const auto row = measure(all, "best_kernel");
  EXPECT_NEAR(row["a"].get<double>(), std::log(4.0) / 3, 1e-12);  // 1 where none was faster
  EXPECT_NEAR(row["b"].get<double>(), std::log(2.0) / 3, 1e-12);
  const auto warnings = core::dump_json(all["warnings"]);
  EXPECT_THAT(warnings, HasSubstr("found were not timed anew"));
  EXPECT_THAT(warnings, Not(HasSubstr("/anew were not")));
}

TEST_F(Compare, WarnsWhereTheComparisonIsUnfair) {
  WrittenRun run;
  run.fast = kAll;
  const auto a = write("a", run);
  run.rollouts = 30;
  run.protocol = "paper-fast";
  const auto b = write("b", run);
  core::write_file_atomically(
      folder_.path() / "b" / "rollouts.jsonl",
      core::dump_json({{"evaluation", {{"machine", "NVIDIA H200"}}}}) + "\n");
  const auto result = compare(a, b, "md");
  for (const char* expected : {"budgets differ: 20 rollouts in a run of A, 30 in one of B",
                               "protocols differ: strict in A, paper-fast in B",
                               "machines differ: none in A, NVIDIA H200 in B"}) {
    EXPECT_THAT(result.err, HasSubstr(expected));
    EXPECT_THAT(result.out, HasSubstr(expected));
  }
  EXPECT_THAT(result.out, HasSubstr("evaluate.protocol | strict | paper-fast"));
  EXPECT_EQ(json(a, a)["warnings"].size(), 2u);  // not timed anew, twice
}

TEST_F(Compare, RefusesASideWhoseRunsDifferInMoreThanSeeds) {
  WrittenRun run;
  run.fast = kAll;
  write("side/one", run);
  run.seed = 43;
  run.more_config = "learn: {learning_rate: 0.5}\n";
  write("side/two", run);
  const auto result = compare(path("side"), path("side/one"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("differ in more than seeds: learn.learning_rate"));
}

TEST_F(Compare, RefusesATaskAndSeedTwice) {
  with_fast("side/one", kAll);
  with_fast("side/two", kAll);
  const auto result = compare(path("side"), path("side/one"));
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("holds L1/1 of sample seed 42 twice"));
}

TEST_F(Compare, TakesTheRunsOfALabelFromACampaign) {
  const auto none = with_fast("campaign/x", kNone), all = with_fast("campaign/y", kAll);
  core::write_file_atomically(folder_.path() / "campaign/campaign.json",
                              core::dump_json({{"runs",
                                                {{{"label", "base"}, {"folder", "x"}},
                                                 {{"label", "BoA"}, {"folder", "y"}},
                                                 {{"label", "BoA"}, {"folder", "missing"}}}}}));
  EXPECT_EQ(
      measure(json(path("campaign") + ":base", path("campaign") + ":BoA"), "fast_1")["verdict"],
      "better");
  const auto wrong = compare(path("campaign") + ":boa", all);
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("has no runs labelled 'boa'"));
}

TEST_F(Compare, WritesEveryFormat) {
  const auto a = with_fast("a", kNone), b = with_fast("b", kAll);
  EXPECT_THAT(compare(a, b, "plain").out, HasSubstr("verdict on B"));
  EXPECT_THAT(compare(a, b, "md").out, HasSubstr("| measure |"));
  EXPECT_THAT(compare(a, b, "latex").out, HasSubstr("\\begin{tabular}"));
  EXPECT_THAT(compare(a, b, "csv").out, HasSubstr("measure,A,B,"));
  EXPECT_EQ(core::parse_json(vegttt_program({"compare", a, b, "--json"}).out, "stdout"),
            json(a, b));
}

TEST_F(Compare, RefusesWhatHasNothingInCommon) {
  const auto a = with_fast("a", kAll), b = with_fast("b", {{"L1/9", 1}});
  EXPECT_THROW(json(a, b), core::UserError);
  EXPECT_THROW(json(a, path("nowhere")), core::UserError);
}

TEST_F(Compare, ConfigDiffTakesFilesAndRuns) {
  WrittenRun run;
  run.more_config = "learn: {learning_rate: 0.5}\n";
  const auto of_run = write("run", run);
  core::write_file_atomically(folder_.path() / "file.yaml", "adapt: {method: base}\n");
  const auto result = vegttt_program({"config", "diff", path("file.yaml"), of_run, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto rows = core::parse_json(result.out, "stdout");
  ASSERT_EQ(rows.size(), 1u) << result.out;
  EXPECT_EQ(rows[0]["key"], "learn.learning_rate");
  EXPECT_EQ(rows[0]["b"], "0.5");
  EXPECT_EQ(vegttt_program({"config", "diff", of_run, of_run}).out, "no difference\n");
}

}  // namespace
}  // namespace vegttt
