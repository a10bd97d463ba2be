#include "watchdog.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {
constexpr double kLook_s = 0.1;
}

Watchdog::Watchdog(int pidfd) : pidfd_(pidfd), thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// Does not wake the thread, which would cost the launch that is being timed; it looks again soon
// enough.
void Watchdog::arm(double seconds) {
  const std::lock_guard lock(mutex_);
  fired_ = false;
  deadline_s_ = core::now_s() + seconds;
}

bool Watchdog::disarm() {
  const std::lock_guard lock(mutex_);
  deadline_s_ = 0;
  return fired_;
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const double left_s = deadline_s_ == 0 ? kLook_s : deadline_s_ - core::now_s();
    if (left_s <= 0) {
      ::syscall(SYS_pidfd_send_signal, pidfd_, SIGKILL, nullptr, 0);
      fired_ = true;
      deadline_s_ = 0;
      continue;
    }
    changed_.wait_for(lock, std::chrono::duration<double>(std::min(left_s, kLook_s)));
  }
}

}  // namespace vegttt::evaluate
