#include "vegttt/core/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "vegttt/core/error.h"
#include "vegttt/core/file.h"

namespace vegttt::core {
namespace {

ProcessResult shell(const std::string& script, double timeout_s = 20) {
  ProcessOptions options;
  options.argv = {"sh", "-c", script};
  options.timeout_s = timeout_s;
  return run_process(options);
}

TEST(RunProcess, ReturnsOutputErrorAndExitCode) {
  const auto result = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_FALSE(result.timed_out);
}

TEST(RunProcess, FeedsAndReadsMoreThanAPipeHolds) {
  ProcessOptions options;
  options.argv = {"cat"};
  options.stdin_text = std::string(3 << 20, 'x');
  options.max_output_bytes = 8 << 20;
  EXPECT_EQ(run_process(options).out.size(), options.stdin_text.size());
}

TEST(RunProcess, DropsOutputBeyondTheLimitWithoutStallingTheChild) {
  ProcessOptions options;
  options.argv = {"sh", "-c", "head -c 5000000 /dev/zero"};
  options.max_output_bytes = 1000;
  const auto result = run_process(options);
  EXPECT_EQ(result.out.size(), 1000u);
  EXPECT_EQ(result.exit_code, 0);
}

TEST(RunProcess, SurvivesAChildThatDoesNotReadItsInput) {
  ProcessOptions options;
  options.argv = {"true"};
  options.stdin_text = std::string(1 << 20, 'x');
  EXPECT_EQ(run_process(options).exit_code, 0);
}

TEST(RunProcess, KillsTheWholeGroupAtTheTimeLimit) {
  const auto result = shell("sleep 60 & echo $!; wait", 0.3);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_LT(result.elapsed_s, 5);
  const pid_t grandchild = std::stoi(result.out);
  ::usleep(100000);
  // A zombie that nobody has reaped yet still answers signal 0, so its state is asked for.
  const std::string stat = "/proc/" + std::to_string(grandchild) + "/stat";
  const bool gone = !fs::exists(stat) || read_file(stat).find(") Z") != std::string::npos;
  EXPECT_TRUE(gone);
}

TEST(RunProcess, DoesNotWaitForWhatTheChildLeftBehind) {
  const auto result = shell("sleep 60 & echo started");
  EXPECT_EQ(result.out, "started\n");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_LT(result.elapsed_s, 5);
}

TEST(RunProcess, ReportsTheSignalThatEndedTheChild) {
  const auto result = shell("kill -SEGV $$");
  EXPECT_EQ(result.signal, SIGSEGV);
  EXPECT_EQ(result.exit_code, -1);
}

TEST(RunProcess, SaysWhichCommandCannotBeStarted) {
  ProcessOptions options;
  options.argv = {"no-such-compiler-anywhere"};
  try {
    run_process(options);
    FAIL() << "did not throw";
  } catch (const MachineError& e) {
    EXPECT_NE(
        std::string(e.what()).find("no-such-compiler-anywhere cannot be started: No such file"),
        std::string::npos)
        << e.what();
  }
}

TEST(RunProcess, RunsInTheGivenFolderWithTheGivenEnvironmentOnly) {
  const TemporaryFolder folder;
  ProcessOptions options;
  options.argv = {"/bin/sh", "-c", "pwd; echo $ONLY-$HOME"};
  options.working_folder = folder.path().string();
  options.environment = {"ONLY=this"};
  EXPECT_EQ(run_process(options).out, fs::canonical(folder.path()).string() + "\nthis-\n");
}

TEST(RunProcess, EndsWith126WhenTheJailCannotBeEntered) {
  ProcessOptions options;
  options.argv = {"true"};
  options.before_exec = [] { return false; };
  EXPECT_EQ(run_process(options).exit_code, 126);
}

}  // namespace
}  // namespace vegttt::core
