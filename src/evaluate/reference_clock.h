// Times one call of a reference by the judge's clock.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <functional>
#include <span>
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
  // `output`: the memory that candidates write; the computation's result is placed there as well.
  ReferenceClock(Computation computation, std::span<std::byte> output, int threads)
      : computation_(std::move(computation)), output_(output), threads_(threads) {}
  // Microseconds of one call. Before it everything happens that happens before a candidate's
  // launch: the output's memory is overwritten, the caches are scrubbed, and nothing spins any
  // more. Leaves a result in `output`: a candidate's launch has to overwrite it first.
  double run_us(const std::vector<at::Tensor>& inputs) const;

 private:
  Computation computation_;
  std::span<std::byte> output_;
  int threads_;
};

}  // namespace vegttt::evaluate
