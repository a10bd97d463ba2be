// The operations of a decoder, one per file. Each is differentiable; with gradients off, on a
// CPU in float32, each row's result depends on that row alone (invariant/kernels.h).
#pragma once

#include <ATen/ATen.h>

#include "vegttt/policy/weights.h"

namespace vegttt::policy::ops {

// Normalises the last axis in float32, casts to x's type, then multiplies by `weight`: Llama's and
// Qwen's rounding. `in_float`: multiplies first and casts last, gpt-oss's.
at::Tensor rms_norm(const at::Tensor& x,
                    const at::Tensor& weight,
                    double eps,
                    bool in_float = false);

// x [.., in] -> [.., out].
at::Tensor linear(const at::Tensor& x, const Linear& layer);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight);

// cos and sin of each position, [N, 1, head_dim]: the halves repeat; the first half of `sin` is
// negated, so that rotate(x) = x * cos + swap_halves(x) * sin.
struct RopeTable {
  at::Tensor cos, sin;
};
RopeTable rope_table(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype);
// Radians a position, [head_dim / 2] float32 on the CPU.
at::Tensor rope_frequencies(const ModelConfig& config);
// x [N, heads, head_dim], half-split layout.
at::Tensor rope(const at::Tensor& x, const RopeTable& table);

// silu(gate) * up.
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);

// A mixture of experts: each row goes through the few that the router chooses for it.
at::Tensor mixture(const at::Tensor& x, const Layer& layer, const ModelConfig& config);

// The matrix [out, in] of MXFP4 blocks [out, in / 32, 16] and scales [out, in / 32].
at::Tensor mxfp4_matrix(const at::Tensor& blocks, const at::Tensor& scales, at::ScalarType dtype);
// x times that matrix. Not kept for the backward pass, which unpacks it again; no gradient of the
// matrix.
at::Tensor mxfp4_linear(const at::Tensor& x, const at::Tensor& blocks, const at::Tensor& scales);
// The same for expert `e` of a packed matrix.
at::Tensor packed_linear(const at::Tensor& x, const ExpertLinear& layer, std::int64_t e);

// True where the invariant kernels are used.
bool use_invariant(const at::Tensor& x);

}  // namespace vegttt::policy::ops
