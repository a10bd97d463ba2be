#pragma once

#include <chrono>
#include <string>

namespace vegttt::core {

// Monotonic seconds since some fixed moment of this process.
double now_s();
// UTC now as 2026-11-02T10:11:12Z.
std::string utc_timestamp();

class Stopwatch {
 public:
  Stopwatch() : start_s_(now_s()) {}
  double elapsed_s() const { return now_s() - start_s_; }

 private:
  double start_s_;
};

}  // namespace vegttt::core
