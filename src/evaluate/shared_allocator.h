// ATen's outputs in the same kind of memory as a candidate's.
#pragma once

namespace vegttt::evaluate {

// While one of these lives, large tensors that its thread allocates lie in populated shared memory,
// which is kept for the next one. A copy of 16 MiB into the heap took 1.5 times as long as into
// such memory (its pages lie together), and memory fresh from the system faults once a page: a
// reference would be slower than an equal candidate for no merit of the candidate.
class SharedOutputs {
 public:
  SharedOutputs();
  ~SharedOutputs();
  SharedOutputs(const SharedOutputs&) = delete;
  SharedOutputs& operator=(const SharedOutputs&) = delete;
};

}  // namespace vegttt::evaluate
