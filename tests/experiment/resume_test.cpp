// A run that is killed at any moment and resumed ends as if nothing had happened.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "run_fixture.h"
#include "vegttt/core/process.h"
#include "vegttt/core/rng.h"

namespace vegttt::experiment {
namespace {

constexpr const char* kDelayUs = "2000";

class Resume : public test::RunFixture {
 protected:
  Resume() { core::write_file_atomically(config_, kYaml); }

  std::vector<std::string> run_words(const std::string& name) const {
    return {VEGTTT_FAKE_RUN, "run", config_.string(), folder_.path().string(), name, kDelayUs};
  }
  std::vector<std::string> resume_words(const std::string& name) const {
    return {VEGTTT_FAKE_RUN, "resume", (folder_.path() / name).string(), kDelayUs};
  }

  // Runs for at most `seconds`, then kills with SIGKILL. True when it came to its end.
  static bool run_until_killed(const std::vector<std::string>& words, double seconds) {
    core::ProcessOptions options;
    options.argv = words;
    options.timeout_s = seconds;
    const auto result = core::run_process(options);
    EXPECT_TRUE(result.timed_out || result.exit_code == 0) << result.err;
    return !result.timed_out;
  }

  const core::fs::path config_ = folder_.path() / "boa.yaml";
};

TEST_F(Resume, AfterSigkillAtTenRandomPointsHoldsEveryRolloutOnce) {
  const core::Stopwatch watch;
  ASSERT_TRUE(run_until_killed(run_words("whole"), 60));
  const double whole_s = watch.elapsed_s();
  const core::CounterRng rng(static_cast<std::uint64_t>(::getpid()));
  for (int trial = 0; trial < 10; ++trial) {
    const std::string name = "killed-" + std::to_string(trial);
    const auto folder = folder_.path() / name;
    const double killed_after_s = whole_s * rng.uniform(static_cast<std::uint64_t>(trial));
    SCOPED_TRACE("killed after " + std::to_string(killed_after_s) + " of " +
                 std::to_string(whole_s) + " s");
    run_until_killed(run_words(name), killed_after_s);
    // Too early for a run folder to exist: there is nothing to resume.
    const bool exists = core::fs::exists(folder);
    if (exists)
      run_until_killed(resume_words(name),
                       0.3 * whole_s * rng.uniform(static_cast<std::uint64_t>(100 + trial)));
    ASSERT_TRUE(run_until_killed(exists ? resume_words(name) : run_words(name), 60));
    std::set<records::RolloutKey> keys;
    for (const auto& one : read_rollouts(folder, "rollouts.jsonl"))
      EXPECT_TRUE(keys.insert(one.rollout.key).second);
    EXPECT_EQ(keys.size(), 36u);
    test::expect_same_results(folder, folder_.path() / "whole", 2);
  }
}

// Starts the program, sends it a signal once `started` exists and returns its exit code.
int exit_code_after(const std::vector<std::string>& words,
                    int signal,
                    const core::fs::path& started) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  const core::Stopwatch watch;
  while (!core::fs::exists(started) && watch.elapsed_s() < 60) ::usleep(1000);
  ::kill(pid, signal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(Resume, AfterCtrlCEndsAsIfNothingHadHappened) {
  ASSERT_TRUE(run_until_killed(run_words("whole"), 60));
  EXPECT_EQ(
      exit_code_after(run_words("stopped"), SIGINT, folder_.path() / "stopped" / "rollouts.jsonl"),
      130);
  ASSERT_TRUE(run_until_killed(resume_words("stopped"), 60));
  test::expect_same_results(folder_.path() / "stopped", folder_.path() / "whole", 2);
}

TEST_F(Resume, AfterSigtermHasItsOwnExitCode) {
  EXPECT_EQ(
      exit_code_after(run_words("stopped"), SIGTERM, folder_.path() / "stopped" / "rollouts.jsonl"),
      143);
  EXPECT_TRUE(run_until_killed(resume_words("stopped"), 60));
}

}  // namespace
}  // namespace vegttt::experiment
