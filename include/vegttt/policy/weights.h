// The weights of a decoder, named as in Hugging Face files.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "vegttt/policy/model_config.h"

namespace vegttt::policy {

// y = W x, plus lora_scale * B (A x) when an adapter is attached (lora.h).
struct Linear {
  at::Tensor weight;          // [out, in]
  at::Tensor bias;            // [out]; undefined without one
  at::Tensor lora_a, lora_b;  // [rank, in], [out, rank]; undefined without an adapter
  double lora_scale = 0;
};

// The same matrix of every expert, E of them. Either `weight`, or MXFP4 `blocks` and `scales`: 32
// values of the input axis in 16 bytes (the even ones in the low nibbles) times 2^(scale - 127). Or
// `packed`: the same numbers as a GPU's kernels read them, which take the blocks' place once a
// model decodes there (src/policy/gpu/experts.h).
struct ExpertLinear {
  at::Tensor weight;          // [E, out, in]; in files [E, in, out]
  at::Tensor blocks, scales;  // uint8 [E, out, in / 32, 16], [E, out, in / 32]
  at::Tensor packed;          // uint8 [E, ..]
  std::int64_t packed_in = 0;
  at::Tensor bias;  // [E, out]
  // PEFT's target_parameters: expert e has rows e * rank + j of A [E * rank, in] and columns j * E
  // + e of B [out, E * rank].
  at::Tensor lora_a, lora_b;
  double lora_scale = 0;

  std::int64_t experts() const { return bias.size(0); }
  std::int64_t out() const { return bias.size(1); }
  std::int64_t in() const {
    if (packed.defined()) return packed_in;
    return weight.defined() ? weight.size(2) : blocks.size(2) * 32;
  }
  at::Device device() const { return bias.device(); }
};

struct Layer {
  at::Tensor input_norm;
  Linear q, k, v, o;
  at::Tensor sinks;           // [heads]; undefined unless config.sinks
  at::Tensor q_norm, k_norm;  // undefined unless config.qk_norm
  at::Tensor post_norm;
  Linear gate, up, down;
  // Instead of the three, with config.experts. Rows of `gate_up` alternate: gate, up.
  Linear router;
  ExpertLinear gate_up, down_experts;
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
  bool raw = false;         // bytes: never converted to another type
  bool transposed = false;  // in memory the last two axes are the other way round
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

// The experts' matrices: "model.layers.0.mlp.experts", "gate_up_proj" or "down_proj".
struct NamedExperts {
  std::string module;
  std::string kind;
  ExpertLinear* experts;
};
std::vector<NamedExperts> named_experts(Weights& weights);

// "[2, 3]", for messages.
std::string shape_text(at::IntArrayRef shape);

// As the files hold them, nothing copied: the tensors lie in read-only mappings and have the files'
// types. Throws UserError like load_weights.
Weights map_weights(const core::fs::path& folder, const ModelConfig& config);

// Throws UserError naming both sizes when the weights do not fit into the memory that is free on
// `device`.
void check_memory(const core::fs::path& folder,
                  const ModelConfig& config,
                  at::Device device,
                  at::ScalarType dtype);

// Bytes that the weights take as `dtype`.
std::int64_t weight_bytes(const ModelConfig& config, at::ScalarType dtype);

// Reads model.safetensors, or the files of model.safetensors.index.json, as `dtype` on `device`. A
// missing, extra, misshapen or truncated tensor is one UserError naming tensor and file, before
// anything is copied; so is a model that does not fit into the memory that is free.
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
