// Products with frozen matrices and their adapters: linear layers that read the same input are one.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vegttt/policy/weights.h"

namespace vegttt::policy::training {

// The matrices of layers that lie behind each other in memory as one, else undefined.
at::Tensor stacked(const std::vector<const Linear*>& layers);

// y = [W1; W2; ..] x + bias + scale * B (A x), as one pass over x where the matrices are stacked.
class Stack {
 public:
  Stack() = default;  // of nothing
  Stack(const std::vector<const Linear*>& layers, at::ScalarType compute);

  // The adapters' matrices of the layers, A and B in turn: what backward() has gradients of.
  const std::vector<at::Tensor>& parameters() const { return parameters_; }

  struct Output {
    at::Tensor y;    // [N, outs]
    at::Tensor low;  // [N, ranks], A x of every layer; undefined without adapters
  };
  // `sum`: y is added to it, in a copy.
  Output forward(const at::Tensor& x, const at::Tensor& sum = {}) const;

  // A x alone.
  at::Tensor low(const at::Tensor& x) const;
  // Of `low`, from the gradient of y: what both gradients below start from.
  at::Tensor low_gradient(const at::Tensor& of_y) const;
  // Of x.
  at::Tensor input_gradient(const at::Tensor& of_y, const at::Tensor& of_low) const;
  // Of the parameters, float32, in their order.
  std::vector<at::Tensor> gradients(const at::Tensor& of_y,
                                    const at::Tensor& of_low,
                                    const at::Tensor& x,
                                    const at::Tensor& low) const;

 private:
  struct Part {
    at::Tensor weight;                // where the matrices are not stacked
    at::Tensor b;                     // [out, rank] in the type of the activations, or undefined
    std::int64_t begin = 0, out = 0;  // rows of y
    std::int64_t low_begin = 0, rank = 0;  // rows of low
    double scale = 0;
  };
  at::Tensor rows(const at::Tensor& y, const Part& part) const {
    return y.narrow(1, part.begin, part.out);
  }
  at::Tensor low_rows(const at::Tensor& low, const Part& part) const {
    return low.narrow(1, part.low_begin, part.rank);
  }

  std::vector<Part> parts_;
  std::vector<at::Tensor> parameters_;
  at::Tensor weight_, bias_;  // stacked [outs, in], undefined where apart; [outs] or undefined
  at::Tensor a_;              // [ranks, in]
  std::int64_t outs_ = 0, ranks_ = 0;
};

}  // namespace vegttt::policy::training
