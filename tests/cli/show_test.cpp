// `vegttt show`: addresses, lists of runs, and JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "show/place.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;

class Show : public ::testing::Test {
 protected:
  Show() {
    WrittenRun run;
    run.fast = {{"L1/4", 5}};
    run.write(folder_.path() / "runs" / "r");
    core::write_file_atomically(run_ / "prompts.json",
                                R"({"L1/4": {}, "mine": {}, "my/task": {}, "my": {}})");
  }
  cli::Place at(const std::string& rest) const { return cli::place_of((run_ / rest).string()); }

  core::TemporaryFolder folder_;
  core::fs::path run_ = folder_.path() / "runs" / "r";
};

TEST_F(Show, FindsTasksWhoseIdsHaveSlashesOrNone) {
  EXPECT_EQ(at("").step, -1);
  EXPECT_EQ(at("step_002").step, 2);
  EXPECT_EQ(at("2/4").task, "L1/4");
  EXPECT_EQ(at("2/L1/4").task, "L1/4");
  EXPECT_EQ(at("2/L1/4/7").sample, 7);
  EXPECT_EQ(at("2/mine/7").task, "mine");
  EXPECT_EQ(at("2/mine/7").sample, 7);
  EXPECT_EQ(at("2/my/task/7").task, "my/task");
  EXPECT_EQ(at("2/my/task/7").sample, 7);
}

TEST_F(Show, RefusesAddressesThatAreNone) {
  for (const char* rest : {"two", "2/4/x", "2/4/1/1", "99999999999"})
    EXPECT_THROW(at(rest), core::UsageError) << rest;
  EXPECT_THROW(cli::place_of("/nowhere/2"), core::UserError);
}

TEST_F(Show, ListsRunsAndADamagedOneAmongThem) {
  WrittenRun().write(folder_.path() / "runs" / "damaged");
  core::write_file_atomically(folder_.path() / "runs" / "damaged" / "config.yaml", "name: [\n");
  const auto runs = (folder_.path() / "runs").string();
  const auto text = vegttt_program({"show", runs});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("/runs/r  "));
  EXPECT_THAT(text.out, HasSubstr("50.0 %"));
  const auto json = vegttt_program({"show", runs, "--json"});
  const auto file = folder_.path() / "list.jsonl";
  core::write_file_atomically(file, json.out);
  std::vector<core::Json> lines;
  core::for_each_json_line(file, [&](const core::Json& line) { lines.push_back(line); });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(lines[0].contains("error"));
  EXPECT_EQ(lines[1]["state"], "finished");
  EXPECT_EQ(lines[1]["fast_1_of_theta_0"], 0.5);
}

TEST_F(Show, EveryReadCommandHasJson) {
  const std::string run = run_.string();
  const std::vector<std::vector<std::string>> commands = {
      {"show", run},
      {"select", run},
      {"compare", run, run},
      {"watch", run},
      {"config", "show", run},
      {"config", "check", run + "/config.yaml"},
      {"config", "diff", run, run},
      {"tasks", "list"},
      {"tasks", "show", "4"},
      {"tasks", "split"},
      {"doctor"},
      {"scaffold", "4"},
      {"policy", "show"},
  };
  for (auto words : commands) {
    words.push_back("--json");
    const auto result = vegttt_program(words);
    EXPECT_TRUE(result.exit_code == 0 || words[0] == "doctor") << words[0] << result.err;
    // One value over several lines, or a value per line.
    bool good = core::Json::accept(result.out);
    if (!good) {
      good = !result.out.empty();
      std::istringstream lines(result.out);
      for (std::string line; std::getline(lines, line);) good = good && core::Json::accept(line);
    }
    EXPECT_TRUE(good) << words[0] << ": " << result.out.substr(0, 300);
  }
}

}  // namespace
}  // namespace vegttt
