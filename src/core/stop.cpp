#include "vegttt/core/stop.h"

#include <csignal>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

volatile std::sig_atomic_t received = 0;

extern "C" void remember_signal(int signal) {
  if (received != 0) {
    // Asked twice: the user does not want to wait for the safe point.
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  received = signal;
}

// A file at its size limit is an error of `write`, with its message, not the end of the process. No
// SIG_IGN: what is started from here would inherit it.
extern "C" void leave_it_to_write(int) {}

}  // namespace

void install_stop_handlers() {
  received = 0;
  struct sigaction action {};
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = leave_it_to_write;
  ::sigaction(SIGXFSZ, &action, nullptr);
}

int stop_signal() { return received; }

void throw_if_stopped() {
  if (received == SIGINT) throw Stopped(ExitCode::kInterrupted, "interrupted");
  if (received == SIGTERM) throw Stopped(ExitCode::kTerminated, "terminated");
}

}  // namespace vegttt::core
