// A dense decoder: weights and the forward pass over them. Autograd records the pass when gradients
// are on; with gradients off, on a CPU in float32, kernels are used whose results for a row depend
// on that row alone, bit for bit (src/policy/invariant). No dropout, no activation checkpointing,
// no tensor parallelism.
//
// Axes: N tokens of all sequences one after the other, H hidden size, V vocabulary, B batch, T
// time.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <vector>

#include "vegttt/policy/model_config.h"
#include "vegttt/policy/packing.h"
#include "vegttt/policy/weights.h"

namespace vegttt::policy {

struct Transformer {
  ModelConfig config;
  Weights weights;
  // Activations. Weights of another type are cast where they are used, so float32 master weights
  // may be trained in bfloat16 arithmetic.
  at::ScalarType compute = at::kFloat;

  at::Device device() const { return weights.embed.device(); }
  // Every weight once (a tied head is the embedding), for an optimizer that trains them all.
  std::vector<at::Tensor> parameters();
};

// Throws UserError; see load_weights and read_model_config.
Transformer load_transformer(const core::fs::path& folder,
                             at::Device device = at::kCPU,
                             at::ScalarType dtype = at::kFloat);
Transformer random_transformer(const ModelConfig& config, std::uint64_t seed);
// config.json and model.safetensors.
void save_transformer(const core::fs::path& folder,
                      const Transformer& model,
                      at::ScalarType dtype = at::kBFloat16);

// Attention of one layer: q [N, heads, head_dim], k and v [N, kv_heads, head_dim] -> [N, heads,
// head_dim].
using Attend = std::function<at::Tensor(
    int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)>;

// tokens [N] int64, positions [N] int64 -> hidden states after the final norm, [N, H].
at::Tensor forward(const Transformer& model,
                   const at::Tensor& tokens,
                   const at::Tensor& positions,
                   const Attend& attend);

// Sequences one after the other, each attending to itself (and to its shared prompt) only.
at::Tensor forward_packed(const Transformer& model,
                          const at::Tensor& tokens,
                          const Packing& packing);

// [B, T] sequences of equal length, causal, no padding mask -> [B * T, H]. The path for
// pretraining.
at::Tensor forward_batch(const Transformer& model, const at::Tensor& tokens_BT);

// hidden [n, H] -> logits [n, V].
at::Tensor logits(const Transformer& model, const at::Tensor& hidden);

}  // namespace vegttt::policy
