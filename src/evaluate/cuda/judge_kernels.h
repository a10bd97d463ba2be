// The judge's own context: flushing, holding back, timing, and its kernels over tensors. All on the
// legacy default stream, which LibTorch uses too.
#pragma once

#include <algorithm>
#include <cstdint>

#include "judge_math.h"

namespace vegttt::evaluate {

class JudgeKernels {
 public:
  explicit JudgeKernels(int device);

  JudgeMath& math() { return math_; }
  int device() const { return device_; }

  // As before a candidate's repetition: persisting lines forgotten, four times the cache written,
  // half of that read twice.
  void flush();
  void spin(double microseconds);
  // Reads `bytes`, a multiple of 16.
  void read(const void* data, std::uint64_t bytes);

  // Between the judge's events around as many kernels that do nothing, median of nine.
  double empty_us(std::size_t kernels);

  void begin();
  void end();
  double elapsed_us() const;  // after synchronize()
  void synchronize();
  // Shortest of several, between events behind a blocking kernel.
  template <class Body>
  double best_us(Body body);

  std::uint64_t l2_bytes() const { return l2_bytes_; }

 private:
  int device_;
  std::uint64_t l2_bytes_, processors_;
  DriverModule module_;
  CUfunction spin_, read_, nothing_;
  DriverEvent begin_, end_;
  DriverMemory flush_, sink_;
  JudgeMath math_;
};

template <class Body>
double JudgeKernels::best_us(Body body) {
  constexpr int kRounds = 12;
  constexpr double kBlock_us = 100;
  double best = 1e30;
  for (int i = 0; i < kRounds; ++i) {
    spin(kBlock_us);
    begin();
    body();
    end();
    synchronize();
    best = std::min(best, elapsed_us());
  }
  return best;
}

}  // namespace vegttt::evaluate
