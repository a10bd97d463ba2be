// `vegttt watch`: beside a run with scripted parts, on a terminal and without one.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "program.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/json_lines.h"
#include "watch/screen.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kPatienceS = 30;

struct Seen {
  int exit_code = -1;
  std::string text;
};

// The program on a terminal of its own; `during` is called with what it has shown so far, until
// it ends.
Seen on_terminal(std::vector<std::string> words,
                 const std::function<void(pid_t, const std::string&)>& during) {
  words.insert(words.begin(), VEGTTT_BINARY);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  winsize size{};
  size.ws_row = 60;
  size.ws_col = 80;
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid == 0) {
    ::setenv("LC_ALL", "C.UTF-8", 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  Seen seen;
  char chunk[4096];
  for (const core::Stopwatch watch; watch.elapsed_s() < kPatienceS;) {
    pollfd waiting{terminal, POLLIN, 0};
    if (::poll(&waiting, 1, 50) > 0) {
      const ssize_t n = ::read(terminal, chunk, sizeof chunk);
      if (n <= 0) break;
      seen.text.append(chunk, static_cast<std::size_t>(n));
    }
    during(pid, seen.text);
  }
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) == 0) {
    ::usleep(500'000);
    if (::waitpid(pid, &status, WNOHANG) == 0) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, &status, 0);
    }
  }
  ::close(terminal);
  seen.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return seen;
}

// A run with scripted parts in a process of its own.
class ScriptedRun {
 public:
  ScriptedRun(const core::fs::path& folder, unsigned delay_us) : path_(folder / "runs" / "r") {
    const auto config = (folder / "c.yaml").string();
    core::write_file_atomically(config,
                                "seed: 7\nsampling: {samples_per_task: 6}\nadapt: {steps: 2, "
                                "reevaluate_samples: 3, criterion: fast_1}\n");
    const auto out = (folder / "runs").string(), delay = std::to_string(delay_us);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl(VEGTTT_FAKE_RUN,
              VEGTTT_FAKE_RUN,
              "run",
              config.c_str(),
              out.c_str(),
              "r",
              delay.c_str(),
              nullptr);
      ::_exit(127);
    }
    for (const core::Stopwatch watch;
         watch.elapsed_s() < kPatienceS && !core::fs::exists(path_ / "lock");)
      ::usleep(2000);
  }
  ~ScriptedRun() { wait(); }
  std::string path() const { return path_.string(); }
  void signal(int number) const { ::kill(pid_, number); }
  int wait() {
    if (pid_ > 0) ::waitpid(pid_, &status_, 0);
    pid_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  core::fs::path path_;
  pid_t pid_ = -1;
  int status_ = 0;
};

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

TEST_F(Watch, ReadsOnlyWhatIsNewAndBeginsAnewWhereAFileWasReplaced) {
  const auto file = folder_.path() / "lines.jsonl";
  cli::LineTail tail(file);
  std::vector<std::string> calls;
  const auto look = [&] {
    calls.clear();
    tail.follow([&] { calls.push_back("anew"); },
                [&](const core::Json& line) { calls.push_back(line.dump()); });
    return calls;
  };
  EXPECT_THAT(look(), ::testing::IsEmpty());
  core::LineAppender(file).append("1");
  EXPECT_THAT(look(), ::testing::ElementsAre("1"));
  EXPECT_THAT(look(), ::testing::IsEmpty());
  {
    const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND);
    ASSERT_EQ(::write(fd, "2\n3", 3), 3);
    ::close(fd);
  }
  EXPECT_THAT(look(), ::testing::ElementsAre("2"));  // the last is not whole yet
  core::write_file_atomically(file, "4\n5\n6\n");
  EXPECT_THAT(look(), ::testing::ElementsAre("anew", "4", "5", "6"));
  core::fs::remove(file);
  EXPECT_THAT(look(), ::testing::ElementsAre("anew"));
}

TEST_F(Watch, FillsNoMoreThanTheScreen) {
  WrittenRun run;
  for (int task = 1; task <= 30; ++task) run.fast["L1/" + std::to_string(task)] = 5;
  run.write(folder_.path() / "r");
  cli::RunView view(folder_.path() / "r");
  view.refresh();
  for (const int rows : {5, 24, 60}) {
    const auto lines = cli::screen_of(view, {40, rows, true});
    EXPECT_LE(lines.size(), static_cast<std::size_t>(rows));
    for (const auto& line : lines) {
      const auto characters = std::count_if(line.begin(), line.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
      });
      EXPECT_LE(characters, 40) << line;
    }
  }
}

TEST_F(Watch, DrawsBarsToTheEighth) {
  EXPECT_EQ(cli::bar(0.5, 4, false), "##  ");
  EXPECT_EQ(cli::bar(0.53125, 4, true), "██▏ ");
  EXPECT_EQ(cli::bar(2, 2, true), "██");
  EXPECT_EQ(cli::bar(std::nan(""), 2, true), "  ");
}

}  // namespace
}  // namespace vegttt
