#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace vegttt::core {

struct ProcessOptions {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH
  std::string working_folder;              // "" keeps ours
  std::string stdin_text;                  // written, then closed
  double timeout_s = 60;                   // the whole process group is killed after it
  std::size_t max_output_bytes = 1 << 20;  // stdout and stderr each; the rest is dropped
  std::vector<std::string> environment;    // the whole environment as KEY=VALUE; empty keeps ours
  // Runs in the child between fork and exec (limits, jail). Async-signal-safe code only.
  // Returning false makes the child exit with 126.
  std::function<bool()> before_exec;
};

struct ProcessResult {
  int exit_code = -1;  // -1 when killed by a signal
  int signal = 0;
  bool timed_out = false;
  std::string out, err;
  double elapsed_s = 0;
};

// Runs a command to its end in a process group of its own; the group is gone when this returns.
// Throws MachineError when it cannot be started.
ProcessResult run_process(const ProcessOptions& options);

}  // namespace vegttt::core
