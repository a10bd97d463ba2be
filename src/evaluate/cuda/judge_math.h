// Kernels over the judge's tensors (kernels/evaluate/judge.cu): inputs, float64 operands, verdicts.
// All on the legacy default stream; tensors are contiguous and on the device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "driver_handles.h"
#include "evaluate/tolerance.h"
#include "vegttt/evaluate/verdict.h"
#include "vegttt/tasks/value_source.h"

namespace vegttt::evaluate {

// As the kernels count, struct Tally of judge.cu.
struct DeviceTally {
  double sum_of_squares = 0;
  std::uint64_t bad = 0, untouched = 0;
  std::uint64_t worst = 0;           // bits of the ratio as a float, then ~index
  std::uint64_t first_inverted = 0;  // ~index of the first bad element
  std::uint64_t last = 0;
  std::uint64_t others = 0;  // words outside of the output that changed

  Tally on_host() const;
};

// How the elements of an output are judged: slices take turns in the rules.
struct CheckRules {
  tolerance::Rule rules[3];
  std::uint32_t cases = 1, first_slice = 0;
  std::uint64_t slice_elements = 1;
};

class JudgeMath {
 public:
  explicit JudgeMath(int device);

  // Values of inputs.
  void heavy(at::Tensor& out, std::uint64_t key, const tasks::HeavyDraws& how);
  void uniform(at::Tensor& out, std::uint64_t key, float low, float high);
  void bits(at::Tensor& out, std::uint64_t key);
  void below(at::Tensor& out, std::uint64_t key, std::int64_t n);
  void put(at::Tensor& out, const at::Tensor& places, const at::Tensor& values);
  void probabilities(at::Tensor& rows, tasks::Rounding rounding, std::uint64_t key);

  // float32 as float64.
  at::Tensor exact(const at::Tensor& x);
  at::Tensor shortened(const at::Tensor& x, std::uint32_t dropped_bits);
  // `first`: index of x's first element in the tensor that it is a piece of.
  at::Tensor moved(const at::Tensor& x, std::uint64_t key, double size, std::int64_t first);
  // displacement = max(displacement, |value - truth|); `fresh`: there is none yet.
  void raise(at::Tensor& displacement,
             const at::Tensor& value,
             const at::Tensor& truth,
             bool fresh);

  // `output` holds as many elements as the truth. A displacement that is not defined is none.
  DeviceTally judge(const void* output,
                    const at::Tensor& truth,
                    const at::Tensor& displacement,
                    const CheckRules& rules,
                    std::uint32_t poison);
  // `others` alone: which of the words are not `pattern`.
  DeviceTally outside(const void* words, std::uint64_t count, std::uint32_t pattern);

 private:
  std::uint64_t blocks_for(std::uint64_t count) const;
  at::Tensor widen(const at::Tensor& x,
                   std::uint32_t mode,
                   std::uint32_t dropped,
                   double size,
                   std::uint64_t first,
                   std::uint64_t key);
  DeviceTally fetch();

  DriverModule module_;
  CUfunction heavy_, uniform_, bits_, below_, put_, probabilities_, widen_, raise_, floats_, longs_,
      bools_, outside_;
  DriverMemory tally_;
  std::uint64_t processors_ = 0;
};

}  // namespace vegttt::evaluate
