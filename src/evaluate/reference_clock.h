// Times one call of a reference by the judge's clock.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

// ATen allocates its output anew at each call. Large ones would come from fresh mappings, and every page of them
// would fault inside the clock, which no candidate pays: from now on this process keeps what it frees.
// Once per process, before the first reference runs.
void keep_freed_memory();

class ReferenceClock {
 public:
  explicit ReferenceClock(const tasks::Reference& reference) : reference_(reference) {}
  // Microseconds of one call. The last result is overwritten and given back just before, so that the allocator hands
  // out memory that was written as recently as the candidate's poisoned output.
  double run_us(const std::vector<at::Tensor>& inputs, int threads);

 private:
  const tasks::Reference& reference_;
  at::Tensor last_;
};

}  // namespace vegttt::evaluate
