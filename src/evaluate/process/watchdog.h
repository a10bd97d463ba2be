#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace vegttt::evaluate {

// Kills a process by its pidfd when an armed deadline passes: waiting for a *stop* knows no time
// limit.
class Watchdog {
 public:
  explicit Watchdog(int pidfd);  // borrowed
  ~Watchdog();
  void arm(double seconds);
  // True when it has killed the process.
  bool disarm();

 private:
  void watch();
  int pidfd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  double deadline_s_ = 0;  // 0: not armed
  bool fired_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace vegttt::evaluate
