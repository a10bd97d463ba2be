// The binary as a user meets it: arguments in; exit code, stdout and stderr out.
#include <gtest/gtest.h>

#include "vegttt/core/file.h"
#include "vegttt/core/process.h"

namespace vegttt {
namespace {

core::ProcessResult vegttt(std::vector<std::string> words) {
  core::ProcessOptions options;
  options.argv = {VEGTTT_BINARY};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  options.working_folder = VEGTTT_SOURCE_DIR;
  return core::run_process(options);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Cli, EndsWithZeroWhenDone) {
  const auto result = vegttt({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(has(result.out, "vegttt "));
}

TEST(Cli, EndsWithTwoAndASuggestionOnAnUnknownCommand) {
  const auto result = vegttt({"adpat"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "error: unknown command 'adpat' - did you mean 'adapt'?\n  try: vegttt help\n");
}

TEST(Cli, SuggestsTheOptionThatWasMeant) {
  const auto result = vegttt({"adapt", "x.yaml", "--dry-rnu"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(has(result.err, "unknown option '--dry-rnu' - did you mean '--dry-run'?"))
      << result.err;
}

TEST(Cli, EndsWithThreeAndThePlaceOnABadConfig) {
  const core::TemporaryFolder folder;
  const auto file = (folder.path() / "boa.yaml").string();
  core::write_file_atomically(file, "seed: 1\nlearn:\n  learning_rate: fast\n");
  const auto result = vegttt({"adapt", file});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(has(result.err, file + ":3: learn.learning_rate: expected a number, got 'fast'"))
      << result.err;
}

TEST(Cli, EndsWithThreeOnAMissingConfig) {
  const auto result = vegttt({"adapt", "/nowhere.yaml"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(has(result.err, "error: /nowhere.yaml: cannot be read: No such file")) << result.err;
}

TEST(Cli, EndsWithFourWhenItsResultsCannotBeWritten) {
  core::ProcessOptions options;
  options.argv = {"sh", "-c", std::string("'") + VEGTTT_BINARY + "' help > /dev/full"};
  EXPECT_EQ(core::run_process(options).exit_code, 4);
}

TEST(Cli, ListsTheExitCodes) {
  const auto result = vegttt({"help", "exit-codes"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* code : {"\n   0 ",
                           "\n   1 ",
                           "\n   2 ",
                           "\n   3 ",
                           "\n   4 ",
                           "\n   5 ",
                           "\n   6 ",
                           "\n 130 ",
                           "\n 143 "})
    EXPECT_TRUE(has(result.out, code)) << code;
}

TEST(Cli, ExplainsEveryCommand) {
  const auto overview = vegttt({"help"});
  for (const char* verb :
       {"doctor", "tasks", "eval", "train", "adapt", "resume", "select", "show", "config"}) {
    EXPECT_TRUE(has(overview.out, std::string("\n  ") + verb)) << verb;
    const auto help = vegttt({"help", verb});
    EXPECT_EQ(help.exit_code, 0) << verb;
    EXPECT_TRUE(has(help.out, "vegttt " + std::string(verb))) << help.out;
  }
}

TEST(Cli, ShowsAConfigThatChecksOutAgain) {
  const auto shown = vegttt({"config", "show", "configs/experiments/quickstart.yaml", "seed=7"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_TRUE(has(shown.out, "seed: 7")) << shown.out;
  EXPECT_TRUE(has(shown.out, "# command line")) << shown.out;
  const core::TemporaryFolder folder;
  core::write_file_atomically(folder.path() / "copy.yaml", shown.out);
  EXPECT_EQ(vegttt({"config", "check", (folder.path() / "copy.yaml").string()}).exit_code, 0);
}

TEST(Cli, AcceptsEveryExperimentThatIsShipped) {
  for (const auto& entry : core::fs::recursive_directory_iterator(
           core::fs::path(VEGTTT_SOURCE_DIR) / "configs/experiments")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto result = vegttt({"config", "check", entry.path().string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
}

TEST(Cli, RefusesTwoMethodsAtOnce) {
  const auto result =
      vegttt({"adapt", "--boa", "--method", "base", "configs/experiments/quickstart.yaml"});
  EXPECT_EQ(result.exit_code, 2);
}

TEST(Cli, SendsATrainingExperimentToTrain) {
  const auto result = vegttt({"adapt", "configs/experiments/rlvr_starter.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(has(result.err, "vegttt train configs/experiments/rlvr_starter.yaml")) << result.err;
}

TEST(Cli, RefusesToTrainOnEvaluationTasks) {
  const auto result = vegttt({"train", "configs/experiments/quickstart.yaml", "--dry-run"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_TRUE(has(result.err, "rlvr would train on evaluation tasks")) << result.err;
}

TEST(Cli, SaysWhatIsNoRun) {
  for (const char* verb : {"show", "select", "resume"}) {
    const auto result = vegttt({verb, "/nowhere"});
    EXPECT_EQ(result.exit_code, 3) << verb;
    EXPECT_TRUE(has(result.err, "is not the folder of a run")) << verb << ": " << result.err;
  }
}

}  // namespace
}  // namespace vegttt
