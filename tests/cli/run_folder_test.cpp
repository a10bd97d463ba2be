// What a run does when its folder, disk, compiler or terminal is not as it should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <sstream>

#include "program.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/json.h"
#include "vegttt/core/json_lines.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunFolder : public ::testing::Test {
 protected:
  core::fs::path runs() const { return folder_.path() / "runs"; }
  core::fs::path run() const { return runs() / "r"; }

  std::vector<std::string> words(const std::vector<std::string>& more) const {
    std::vector<std::string> all{"adapt", tiny_, "-o", runs().string(), "--name", "r"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  core::ProcessResult adapt(const std::vector<std::string>& more = {}) const {
    return vegttt_program(words(more));
  }
  core::ProcessResult resume() const { return vegttt_program({"resume", run().string()}); }

  // Keys of rollouts.jsonl; fails on one that is there twice.
  std::size_t rollouts() const {
    std::set<std::string> keys;
    core::for_each_json_line(run() / "rollouts.jsonl", [&](const core::Json& line) {
      const auto key = line["theta_step"].dump() + line["task_id"].dump() + line["sample"].dump();
      EXPECT_TRUE(keys.insert(key).second) << key;
    });
    return keys.size();
  }

  core::TemporaryFolder folder_;
  std::string tiny_ = write_tiny_experiment(folder_.path());
};

TEST_F(RunFolder, OfTheSameNameIsRefusedAndLeftAlone) {
  core::make_folder(run());
  core::write_file_atomically(run() / "mine.txt", "mine");
  const auto result = adapt();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("r: this run exists already\n  try: --if-exists resume"));
  EXPECT_EQ(core::read_file(run() / "mine.txt"), "mine");
}

TEST_F(RunFolder, WithATornLineIsMendedAndAFinishedOneLeftAlone) {
  ASSERT_EQ(adapt().exit_code, 0);
  const auto lines = core::read_file(run() / "rollouts.jsonl");
  const auto finished = resume();
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("nothing is left to do"));
  EXPECT_EQ(core::read_file(run() / "rollouts.jsonl"), lines);

  core::fs::remove(run() / "base_summary.json");
  core::fs::resize_file(run() / "rollouts.jsonl", lines.size() - 9);
  EXPECT_EQ(resume().exit_code, 0);
  EXPECT_EQ(rollouts(), 2u);

  core::fs::remove(run() / "base_summary.json");
  core::write_file_atomically(run() / "rollouts.jsonl", lines + lines);
  const auto doubled = resume();
  EXPECT_EQ(doubled.exit_code, 3);
  EXPECT_THAT(doubled.err,
              HasSubstr("rollouts.jsonl: holds the rollout 42/step_000/L1/19/000 twice"));

  core::write_file_atomically(run() / "config.yaml", "name: \"\"\n");
  const auto edited = resume();
  EXPECT_EQ(edited.exit_code, 3);
  EXPECT_THAT(edited.err, HasSubstr("config.yaml: is not the config that this run began with"));
}

TEST_F(RunFolder, OnAFullDiskKeepsWhatIsThereAndIsResumed) {
  ASSERT_EQ(adapt({"sampling.samples_per_task=8"}).exit_code, 0);
  const auto whole = core::read_file(run() / "rollouts.jsonl");
  const auto first = folder_.path() / "first";
  core::fs::rename(run(), first);
  // A limit on file sizes fails as a full disk does, and needs no rights; without a compiler, which
  // would meet it as well.
  const auto result =
      shell("ulimit -f 24; \"$V\" adapt '" + tiny_ + "' -o '" + runs().string() +
            "' --name r sampling.samples_per_task=8 --replay '" + first.string() + "'");
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("jsonl: File too large; make room there"));
  EXPECT_THAT(result.err, HasSubstr("what was finished is saved"));
  EXPECT_EQ(resume().exit_code, 0);
  EXPECT_EQ(core::read_file(run() / "rollouts.jsonl"), whole);
}

TEST_F(RunFolder, LeavesStandardOutputToResults) {
  const auto result = adapt({"--json", "--progress", "rich"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::istringstream lines(result.out);
  int n = 0;
  for (std::string line; std::getline(lines, line); ++n)
    EXPECT_TRUE(core::Json::accept(line)) << line;
  EXPECT_EQ(n, 3) << result.out;  // launch, step, done
  EXPECT_THAT(result.err, HasSubstr("step 0  [#"));
}

TEST_F(RunFolder, InAPlaceThatCannotBeWrittenIsRefusedBeforeSampling) {
  const auto result = vegttt_program({"adapt", tiny_, "--out", "/proc/self", "--name", "r"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const auto file = vegttt_program({"adapt", tiny_, "--out", tiny_, "--name", "r"});
  EXPECT_EQ(file.exit_code, 4) << file.err;
  EXPECT_THAT(file.err, HasSubstr("Not a directory"));
  const auto long_name = vegttt_program({"adapt", tiny_, "--name", std::string(300, 'x')});
  EXPECT_EQ(long_name.exit_code, 3) << long_name.err;
}

TEST_F(RunFolder, WithoutACompilerLeavesNoRun) {
  const auto path = folder_.path() / "bin";
  core::make_folder(path);
  const std::vector<std::string> environment = {"PATH=" + path.string(),
                                                "HOME=" + folder_.path().string()};
  const auto none = vegttt_program(words({"--dry-run"}), environment);
  EXPECT_EQ(none.exit_code, 4);
  EXPECT_THAT(none.err, HasSubstr("no C++ compiler: the dialect cpp needs g++ in PATH"));
  core::write_file_atomically(path / "g++", "#!/bin/sh\necho cannot execute cc1plus >&2\nexit 1\n");
  core::fs::permissions(path / "g++", core::fs::perms::owner_all);
  const auto broken = vegttt_program(words({}), environment);
  EXPECT_EQ(broken.exit_code, 4);
  EXPECT_THAT(broken.err, HasSubstr("g++ does not work: cannot execute cc1plus"));
  EXPECT_FALSE(core::fs::exists(run()));
}

TEST_F(RunFolder, IsFreeOfNewsWhenTheStandardStreamsAreClosed) {
  const auto result =
      shell("\"$V\" adapt '" + tiny_ + "' -o '" + runs().string() + "' --name r <&- >&- 2>&-");
  EXPECT_EQ(result.exit_code, 4);  // the tables could not be printed
  EXPECT_EQ(rollouts(), 2u);
  EXPECT_THAT(core::read_file(run() / "command.txt"), Not(HasSubstr("step 0")));
  EXPECT_EQ(shell("\"$V\" tasks list | head -n 1").err, "");
}

// Started apart, so that a signal can be sent while it works.
class Background {
 public:
  explicit Background(std::vector<std::string> words) {
    words.insert(words.begin(), VEGTTT_BINARY);
    pid_ = ::fork();
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  void signal(int number) const { ::kill(pid_, number); }
  int wait() const {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

void wait_for(const core::fs::path& file) {
  for (const core::Stopwatch watch; watch.elapsed_s() < 60 && !core::fs::exists(file);)
    ::usleep(2000);
}

TEST_F(RunFolder, IsCompleteAfterSignalsAndAResume) {
  const std::vector<std::string> more = {
      "--method", "batch_ttt", "sampling.samples_per_task=8", "-qq"};
  int expected = 130;
  for (const char* stage : {"sampled.jsonl", "rollouts.jsonl", "metrics.jsonl"}) {
    core::fs::remove_all(runs());
    const Background program(words(more));
    wait_for(run() / stage);
    EXPECT_EQ(adapt({"--if-exists", "resume"}).exit_code, 3) << "while it runs";
    program.signal(expected == 130 ? SIGINT : SIGTERM);
    const int code = program.wait();
    EXPECT_TRUE(code == expected || code == 0) << code;  // 0: it was faster
    EXPECT_EQ(resume().exit_code, 0);
    EXPECT_EQ(rollouts(), 16u) << stage;
    expected = expected == 130 ? 143 : 130;
  }
}

}  // namespace
}  // namespace vegttt
