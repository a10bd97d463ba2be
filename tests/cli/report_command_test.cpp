// `vegttt report`: which folders it takes, where it writes, what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "vegttt/core/json.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;

class ReportCommand : public ::testing::Test {
 protected:
  void write(const std::string& name, std::int64_t seed) const {
    WrittenRun run;
    run.seed = seed;
    run.fast = {{"L1/4", 5}};
    run.write(runs_ / name);
  }
  core::TemporaryFolder folder_;
  core::fs::path runs_ = folder_.path() / "runs";
};

TEST_F(ReportCommand, WritesBesideTheRunUnlessToldOtherwise) {
  write("a", 1);
  const auto result = vegttt_program({"report", (runs_ / "a").string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(core::read_file(runs_ / "a" / "report.html"), HasSubstr("<title>a</title>"));
}

TEST_F(ReportCommand, TakesAFolderOfRunsForTheRunsInIt) {
  write("a", 1);
  write("b", 2);
  const auto file = folder_.path() / "new" / "both.html";
  const auto result = vegttt_program({"report", runs_.string(), "-o", file.string(), "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(core::parse_json(result.out, "stdout").at("file"), file.string());
  EXPECT_THAT(core::read_file(file), HasSubstr("<title>2 runs</title>"));
}

TEST_F(ReportCommand, WritesEveryFigureAsSvgAndPdf) {
  write("a", 1);
  const auto figures = folder_.path() / "figures";
  const auto result =
      vegttt_program({"report", (runs_ / "a").string(), "--figures", figures.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(core::read_file(figures / "trajectory.svg"), HasSubstr("</svg>"));
  EXPECT_THAT(core::read_file(figures / "trajectory.pdf"), HasSubstr("%%EOF"));
}

TEST_F(ReportCommand, SaysWhereNoRunIs) {
  core::make_folder(runs_);
  const auto result = vegttt_program({"report", runs_.string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("is neither a run nor a campaign"));
}

}  // namespace
}  // namespace vegttt
