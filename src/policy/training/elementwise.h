// What lies between the products of a layer, forward and backward: kernels on a GPU in bf16
// (kernels/policy/train.cu), ATen elsewhere. Weights are frozen. Nothing here is recorded.
#pragma once

#include <ATen/core/Tensor.h>

#include "ops/ops.h"

namespace vegttt::policy::training {

struct NormRule {
  double eps;
  bool in_float;  // as ops::rms_norm
};

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const NormRule& rule);

struct NormGradient {
  at::Tensor normed;  // what norm() gave
  at::Tensor of_x;    // with `residual` added, if there is one
};
NormGradient norm_backward(const at::Tensor& x,
                           const at::Tensor& weight,
                           const NormRule& rule,
                           const at::Tensor& of_y,
                           const at::Tensor& residual = {});

// In place: queries and keys of y [N, (heads + 2 kv) D] are normalised where the model does so, and
// turned. Returns what they were before, [N, heads + kv, D], where the way back needs it.
at::Tensor turn_heads(at::Tensor& y,
                      const Layer& layer,
                      const ModelConfig& config,
                      const ops::RopeTable& table);
// The gradient of y from those of the turned queries and keys and of the values, each [N, .., D].
at::Tensor turn_heads_backward(const at::Tensor& of_q,
                               const at::Tensor& of_k,
                               const at::Tensor& of_v,
                               const at::Tensor& before,
                               const Layer& layer,
                               const ModelConfig& config,
                               const ops::RopeTable& table);

// silu(gate) * up of both [N, 2 F], gates first -> [N, F].
at::Tensor gated(const at::Tensor& both);
// In place: `both` becomes its gradient, and `of_h`, the gradient of what gated() gave, becomes
// that.
void gated_backward(at::Tensor& both, at::Tensor& of_h);

}  // namespace vegttt::policy::training
