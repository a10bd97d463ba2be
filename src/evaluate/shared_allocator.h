// ATen's outputs in a candidate's memory.
#pragma once

#include <cstddef>
#include <span>

namespace vegttt::evaluate {

// While one of these lives, the first tensor of the size of `output` that its thread allocates lies
// in `output`, and other large ones in populated shared memory, which is kept for the next one. A
// scaling of 16 MiB took up to 1.5 times as long into the heap, and still 1.07 to 1.17 times into
// other pages of the same kind: a reference would be slower than an equal candidate for no merit
// of the candidate. Nothing of what lies in `output` may be used any more when this ends.
class SharedOutputs {
 public:
  explicit SharedOutputs(std::span<std::byte> output);
  ~SharedOutputs();
  SharedOutputs(const SharedOutputs&) = delete;
  SharedOutputs& operator=(const SharedOutputs&) = delete;
};

}  // namespace vegttt::evaluate
