// Times one call of a reference by the judge's clock.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace vegttt::evaluate {

// What libraries below ATen allocate anew at each call would come from fresh mappings, and every
// page of them would fault inside the clock, which no candidate pays: from now on this process
// keeps what it frees. (Tensors: shared_allocator.h.) Once per process, before the first reference
// runs.
void keep_freed_memory();

// What is timed: outputs from inputs.
using Computation = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

class ReferenceClock {
 public:
  explicit ReferenceClock(Computation computation) : computation_(std::move(computation)) {}
  // Microseconds of one call. Before it everything happens that happens before a candidate's
  // launch: the output's memory is overwritten (the last result's, then given back, so that the
  // allocator hands it out again), the caches are scrubbed, and nothing spins any more.
  double run_us(const std::vector<at::Tensor>& inputs, int threads);

 private:
  Computation computation_;
  at::Tensor last_;
};

}  // namespace vegttt::evaluate
