#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "vegttt/runner/protocol.h"
#include "watchdog.h"

namespace vegttt::evaluate {

// One runner process from its start to its reaping: no knowledge of buffers or candidates.
class RunnerProcess {
 public:
  // Starts it in a process group of its own; its OpenMP threads start at once. MachineError.
  explicit RunnerProcess(int threads);
  ~RunnerProcess();  // kills the group and reaps it
  RunnerProcess(const RunnerProcess&) = delete;
  RunnerProcess& operator=(const RunnerProcess&) = delete;

  // Hands over the buffers' descriptors, then the library's. MachineError when it is gone.
  void send(const runner::Setup& setup, const std::vector<int>& descriptors);

  enum class Event { kStopped, kEnded, kTimedOut };
  struct Round {
    Event event = Event::kEnded;
    double elapsed_us = 0;
  };
  // Resumes the process and waits until all its threads have stopped or it has ended.
  Round resume(double timeout_s);
  // The same without resuming: for its first stop.
  Round wait(double timeout_s);

  // Of an ended process.
  bool crashed() const { return signal_ != 0; }
  int exit_code() const { return exit_code_; }
  // "signal 11 (SIGSEGV)" or "exit code 0", and what it wrote to stderr, capped.
  std::string last_words();

  int threads() const { return threads_; }

 private:
  Round wait_since(double begin_s);
  void start();
  int threads_;
  pid_t pid_ = -1;
  int pidfd_ = -1, control_ = -1, stderr_ = -1;
  int signal_ = 0, exit_code_ = -1;
  std::unique_ptr<Watchdog> watchdog_;
};

}  // namespace vegttt::evaluate
