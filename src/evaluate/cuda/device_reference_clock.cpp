#include "device_reference_clock.h"

#include <algorithm>

#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {

constexpr double kLongestBlock_us = 20000, kShortestBlock_us = 60;
constexpr int kTries = 5;

}  // namespace

double longer_block_us(double block_us, double queue_us) {
  return std::min(kLongestBlock_us, std::max(2 * block_us, 1.5 * queue_us));
}

double next_block_us(double block_us, double queue_us) {
  if (queue_us >= block_us) return longer_block_us(block_us, queue_us);
  return std::max({kShortestBlock_us, 2 * queue_us, 0.5 * block_us});
}

double DeviceReferenceClock::once(const std::vector<at::Tensor>& inputs, bool& in_time) {
  last_.reset();  // its memory serves the next output
  kernels_.flush();
  kernels_.synchronize();
  const double start = core::now_s();
  kernels_.spin(block_us_);
  kernels_.begin();
  last_ = computation_(inputs);
  kernels_.end();
  const double queue_us = (core::now_s() - start) * 1e6;
  kernels_.synchronize();
  in_time = queue_us < block_us_;
  block_us_ = next_block_us(block_us_, queue_us);
  return kernels_.elapsed_us();
}

// Of late ones the shortest holds the least of the host.
double DeviceReferenceClock::run_us(const std::vector<at::Tensor>& inputs) {
  double shortest = 0;
  for (int i = 0; i < kTries; ++i) {
    bool in_time = false;
    const double us = once(inputs, in_time);
    if (in_time) return us;
    shortest = i == 0 ? us : std::min(shortest, us);
  }
  ++late_;
  return shortest;
}

}  // namespace vegttt::evaluate
