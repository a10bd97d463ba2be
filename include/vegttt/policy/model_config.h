// config.json of a model folder, as the forward pass needs it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::policy {

// How the angles of RoPE are stretched beyond the positions that the model was first trained on.
struct RopeScaling {
  enum class Kind { kNone, kLinear, kLlama3, kYarn };
  Kind kind = Kind::kNone;
  double factor = 1;
  double original_positions = 0;
  double low_frequency = 1, high_frequency = 4;  // Llama 3: wavelengths per original context
  double beta_fast = 32, beta_slow = 1;          // YaRN: rotations where the ramp begins and ends
  bool truncate = true;                          // YaRN: the ramp's ends are whole dimensions
  double attention_factor = 1;                   // cos and sin are multiplied by it
};

struct ModelConfig {
  std::string model_type = "qwen3";
  int layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0, vocab = 0;
  bool tied = false;    // the head is the embedding
  bool qk_norm = true;  // RMSNorm over head_dim on q and k before RoPE (Qwen3)
  bool qkv_bias = false, o_bias = false, mlp_bias = false;
  bool sinks = false;          // a logit per head that attention may give its weight to (gpt-oss)
  bool norm_in_float = false;  // RMSNorm's weight is applied before the cast back (gpt-oss)
  std::vector<int> windows;    // by layer: keys that a query sees, itself included; 0 or none: all
  int experts = 0, experts_per_token = 0;  // 0: one dense MLP
  bool mxfp4 = false;  // the experts' matrices lie in MXFP4 blocks, in the file and in memory
  double swiglu_limit = 7, swiglu_alpha = 1.702;  // of experts
  double rms_eps = 1e-6;
  double rope_theta = 1e6;
  RopeScaling rope_scaling;
  std::int64_t max_positions = 0;  // longest sequence the model was made for
  std::vector<int> end_tokens;     // any of them ends a completion

  // Nothing but what Qwen3 has: dense, full attention, no biases, no stretched RoPE.
  bool is_plain() const {
    return experts == 0 && windows.empty() && !sinks && !qkv_bias && !o_bias && !mlp_bias &&
           !norm_in_float && rope_scaling.kind == RopeScaling::Kind::kNone;
  }

  int window(int layer) const {
    return windows.empty() ? 0 : windows[static_cast<std::size_t>(layer)];
  }
};

// Reads `folder`/config.json (and generation_config.json for end tokens). Throws UserError naming
// file and key; a model_type that this program does not know is one line with the known ones.
ModelConfig read_model_config(const core::fs::path& folder);

// Writes config.json in Hugging Face form; reading it back gives the same values.
void write_model_config(const core::fs::path& folder, const ModelConfig& config);

}  // namespace vegttt::policy
