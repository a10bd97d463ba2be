// config.json of a model folder, as the forward pass needs it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::policy {

struct ModelConfig {
  std::string model_type = "qwen3";
  int layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, ffn = 0, vocab = 0;
  bool tied = false;    // the head is the embedding
  bool qk_norm = true;  // RMSNorm over head_dim on q and k before RoPE (Qwen3)
  double rms_eps = 1e-6;
  double rope_theta = 1e6;
  std::int64_t max_positions = 0;  // longest sequence the model was made for
  std::vector<int> end_tokens;     // any of them ends a completion
};

// Reads `folder`/config.json (and generation_config.json for end tokens). Throws UserError naming
// file and key; a model_type that this program does not know is one line with the known ones.
ModelConfig read_model_config(const core::fs::path& folder);

// Writes config.json in Hugging Face form; reading it back gives the same values.
void write_model_config(const core::fs::path& folder, const ModelConfig& config);

}  // namespace vegttt::policy
