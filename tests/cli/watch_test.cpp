// `vegttt watch`: beside a run with scripted parts, on a terminal and without one.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

#include "program.h"
#include "terminal.h"
#include "vegttt/core/json_lines.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Watch : public ::testing::Test {
 protected:
  core::TemporaryFolder folder_;
};

TEST_F(Watch, WithoutATerminalWritesALinePerStepAndEndsWithTheRun) {
  ScriptedRun run(folder_.path(), 5000);
  const auto result = vegttt_program({"watch", run.path()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(run.wait(), 0);
  EXPECT_THAT(result.out, ::testing::StartsWith("step 0  12/12  compiled"));
  EXPECT_THAT(result.out, HasSubstr("\nstep 1  12/12"));
  EXPECT_THAT(result.out, HasSubstr("\nstep 2  12/12"));
  EXPECT_THAT(result.out, Not(HasSubstr("\033")));
}

TEST_F(Watch, WithJsonWritesAnObjectPerStep) {
  ScriptedRun run(folder_.path(), 0);
  run.wait();
  const auto result = vegttt_program({"watch", run.path(), "--json"});
  const auto file = folder_.path() / "lines.jsonl";
  core::write_file_atomically(file, result.out);
  std::vector<std::string> events;
  core::for_each_json_line(file, [&](const core::Json& line) { events.push_back(line["event"]); });
  EXPECT_THAT(events, ::testing::ElementsAre("step", "step", "step", "end"));
}

TEST_F(Watch, OnATerminalShowsTheRunAndGivesTheScreenBack) {
  ScriptedRun run(folder_.path(), 20'000);
  const auto seen = on_terminal({"watch", run.path()}, [](pid_t, const std::string&) {});
  EXPECT_EQ(seen.exit_code, 0);
  const auto left = seen.text.rfind("\033[?1049l");
  ASSERT_NE(left, std::string::npos);
  EXPECT_THAT(seen.text.substr(0, left), HasSubstr("running"));
  EXPECT_THAT(seen.text.substr(0, left), HasSubstr("█"));
  const auto after = seen.text.substr(left);
  EXPECT_THAT(after, HasSubstr("finished"));
  EXPECT_THAT(after, HasSubstr("42 of 42 rollouts"));
  EXPECT_THAT(after, HasSubstr("12 of 12 judged; 6 fresh ones"));
  EXPECT_THAT(after, HasSubstr("last rollouts"));
}

TEST_F(Watch, EndsWith130OnCtrlCAndLeavesTheRunAlone) {
  ScriptedRun run(folder_.path(), 30'000);
  const auto seen = on_terminal({"watch", run.path()}, [](pid_t pid, const std::string& text) {
    static pid_t sent = 0;
    if (sent != pid && text.find("last rollouts") != std::string::npos) {
      ::kill(pid, SIGINT);
      sent = pid;
    }
  });
  EXPECT_EQ(seen.exit_code, 130) << seen.text;
  EXPECT_THAT(seen.text, HasSubstr("\033[?1049l"));
  EXPECT_EQ(run.wait(), 0);
}

TEST_F(Watch, OfACampaignShowsOneRunAfterAnother) {
  const auto campaign = folder_.path() / "campaign";
  WrittenRun().write(campaign / "first");
  const int lock = ::open((campaign / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  std::thread later([&] {
    ::usleep(2'000'000);
    WrittenRun().write(folder_.path() / "second");
    core::fs::rename(folder_.path() / "second", campaign / "second");
    ::usleep(1'000'000);
    ::close(lock);
  });
  const auto result = vegttt_program({"watch", campaign.string()});
  later.join();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("campaign/first\n"));
  EXPECT_THAT(result.err, HasSubstr("campaign/second\n"));
}

TEST_F(Watch, SaysThatARunEndedEarly) {
  ScriptedRun run(folder_.path(), 20'000);
  ::usleep(300'000);
  run.signal(SIGINT);
  EXPECT_EQ(run.wait(), 130);
  const auto result = vegttt_program({"watch", run.path()});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.err, HasSubstr("vegttt resume " + run.path()));
}

}  // namespace
}  // namespace vegttt
