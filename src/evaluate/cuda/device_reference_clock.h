// Times one call of a reference on the GPU as candidates are timed.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "judge_kernels.h"

namespace vegttt::evaluate {

class DeviceReferenceClock {
 public:
  using Computation = std::function<at::Tensor(const std::vector<at::Tensor>&)>;
  DeviceReferenceClock(JudgeKernels& kernels, Computation computation)
      : kernels_(kernels), computation_(std::move(computation)) {}
  // Microseconds between two events around the call, behind a blocking kernel, the second-level
  // cache flushed before. Where the stream was released before everything was queued, it is tried
  // again behind a longer block.
  double run_us(const std::vector<at::Tensor>& inputs);
  // Times since `forget_late` that were late whatever the block: pauses of the host are in them. A
  // reference that waits for the device itself is always late, and pays for it.
  int late() const { return late_; }
  void forget_late() { late_ = 0; }
  void release_output() { last_.reset(); }

 private:
  double once(const std::vector<at::Tensor>& inputs, bool& in_time);
  JudgeKernels& kernels_;
  Computation computation_;
  at::Tensor last_;
  double block_us_ = 100;
  int late_ = 0;
};

// How long the next block should be, after one of `block_us` was outlasted by the host's `queue_us`
// of enqueueing.
double longer_block_us(double block_us, double queue_us);
// The next block in either case: twice what the last call took to queue, and at least half of the
// last block, so that one pause of the host does not make every later call wait.
double next_block_us(double block_us, double queue_us);

}  // namespace vegttt::evaluate
