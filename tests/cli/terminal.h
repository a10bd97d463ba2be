// A terminal with the program on it, and a run with scripted parts beside it.
#pragma once

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "vegttt/core/clock.h"
#include "vegttt/core/file.h"

namespace vegttt {

inline constexpr double kPatienceS = 30;

struct Seen {
  int exit_code = -1;
  std::string text;
};

// The program on a terminal of its own; `during` is called with what it has shown so far, until
// it ends.
inline Seen on_terminal(std::vector<std::string> words,
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

}  // namespace vegttt
