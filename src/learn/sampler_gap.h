// How far the trainer's log-probs are from those that the sampler stored: rounding, unless the
// rollouts are not samples of the present weights.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "vegttt/policy/transformer.h"

namespace vegttt::learn {

class SamplerGap {
 public:
  // [n] float32 each.
  void add(const at::Tensor& stored, const at::Tensor& computed);

  // Of |stored - computed|; NaN when one of them is.
  double largest() const { return largest_; }
  double mean() const;
  double tail() const;  // the 99.9th percentile

  // Throws MachineError where they differ by more than rounding can explain: at most `tolerance`
  // each in float32 on a CPU; elsewhere by mean and tail, with more room the lower the temperature
  // that magnifies them.
  void check(const policy::Transformer& model, double tolerance, double temperature) const;

 private:
  double sum_ = 0, largest_ = 0;
  std::int64_t tokens_ = 0;
  std::vector<at::Tensor> gaps_;  // of each call, on the CPU
};

}  // namespace vegttt::learn
