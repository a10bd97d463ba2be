// A mixture of experts forward and backward: tokens sorted by expert, one grouped product for all
// of them. Matrices in MXFP4 are widened for one layer at a time and let go. Frozen, router
// included.
#pragma once

#include <ATen/core/Tensor.h>

#include "vegttt/policy/weights.h"

namespace vegttt::policy::training {

// Which experts each token goes through, and where: places are sorted by expert.
struct Routing {
  at::Tensor experts, weights;         // [N, k] int64, float32
  at::Tensor places;                   // [N, k] int64: of each choice
  at::Tensor tokens, expert_of_place;  // [places] int64
  at::Tensor ends;                     // [experts] int32: where each one's places end
};

Routing route(const at::Tensor& x, const Layer& layer, const ModelConfig& config);

// The matrix [experts, out, in] in x's type.
at::Tensor wide_matrix(const ExpertLinear& matrix, at::ScalarType type);

// x W of each place's expert: x [places, in], matrix [experts, in, out].
at::Tensor grouped_product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& ends);

// residual + the mixture of x, [N, H].
at::Tensor mixture(const at::Tensor& x,
                   const at::Tensor& residual,
                   const Routing& routing,
                   const Layer& layer,
                   const ModelConfig& config);
// The gradient of x; what lies between is computed again.
at::Tensor mixture_backward(const at::Tensor& x,
                            const at::Tensor& of_out,
                            const Routing& routing,
                            const Layer& layer,
                            const ModelConfig& config);

}  // namespace vegttt::policy::training
