// The weights of a dense decoder, named as in Hugging Face files.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "vegttt/policy/model_config.h"

namespace vegttt::policy {

// y = W x, plus lora_scale * B (A x) when an adapter is attached (lora.h).
struct Linear {
  at::Tensor weight;          // [out, in]
  at::Tensor lora_a, lora_b;  // [rank, in], [out, rank]; undefined without an adapter
  double lora_scale = 0;
};

struct Layer {
  at::Tensor input_norm;
  Linear q, k, v, o;
  at::Tensor q_norm, k_norm;  // undefined unless config.qk_norm
  at::Tensor post_norm;
  Linear gate, up, down;
};

struct Weights {
  at::Tensor embed;  // [vocab, hidden]
  std::vector<Layer> layers;
  at::Tensor norm;
  at::Tensor head;  // [vocab, hidden]; the same tensor as `embed` when tied
};

// One tensor of a model: its name in the file, where it lives, which shape it must have.
struct NamedTensor {
  std::string name;
  at::Tensor* tensor;
  std::vector<std::int64_t> shape;
};
// Every tensor that a file holds, in the order of the forward pass (no head when tied). Sizes
// `weights.layers`.
std::vector<NamedTensor> named_tensors(Weights& weights, const ModelConfig& config);

// The linear layers by module path ("model.layers.0.self_attn.q_proj").
struct NamedLinear {
  std::string path;
  std::string kind;  // "q_proj"
  Linear* linear;
};
std::vector<NamedLinear> named_linears(Weights& weights);

// "[2, 3]", for messages.
std::string shape_text(at::IntArrayRef shape);

// Reads model.safetensors, or the files of model.safetensors.index.json, as `dtype` on `device`. A
// missing, extra, misshapen or truncated tensor is one UserError naming tensor and file.
Weights load_weights(const core::fs::path& folder,
                     const ModelConfig& config,
                     at::Device device,
                     at::ScalarType dtype);

// model.safetensors with every tensor as `dtype`.
void save_weights(const core::fs::path& folder,
                  const Weights& weights,
                  const ModelConfig& config,
                  at::ScalarType dtype);

// Normal(0, 0.02) matrices (output projections scaled by 1/sqrt(2 layers)), norms of one; a
// function of `seed` alone.
Weights random_weights(const ModelConfig& config, std::uint64_t seed);

}  // namespace vegttt::policy
