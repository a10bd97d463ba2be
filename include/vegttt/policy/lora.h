// Low-rank adapters on linear layers, in PEFT's file format.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/policy/weights.h"

namespace vegttt::policy {

struct LoraPair {
  at::Tensor a, b;  // float32 [rank, in], [out, rank]
};

// y += (alpha / rank) * B (A x) on every target layer.
struct Adapter {
  int rank = 0;
  double alpha = 0;
  bool rank_stabilized = false;           // PEFT's use_rslora: alpha / sqrt(rank)
  std::vector<std::string> targets;       // "q_proj", ..
  std::map<std::string, LoraPair> pairs;  // by module path, "model.layers.0.self_attn.q_proj"

  double scale() const;
  // A and B of every pair in the order of the paths: what an optimizer steps.
  std::vector<at::Tensor> parameters() const;
  // A copy that shares nothing.
  Adapter clone() const;
};

// A uniform in +-1/sqrt(in) (PEFT's kaiming_uniform(a = sqrt(5))) from counter-based numbers, B
// zero: the adapted model equals its base. Throws UserError for a target that the model lacks.
Adapter new_adapter(Weights& weights, const config::LoraOptions& options, std::uint64_t seed);

// Reads adapter_config.json and adapter_model.safetensors; UserError on another kind of adapter or
// tensors that do not fit `weights`. Onto the device of the weights.
Adapter load_adapter(const core::fs::path& folder, Weights& weights);
// Writes both files as PEFT does. `base` is base_model_name_or_path.
void save_adapter(const core::fs::path& folder, const Adapter& adapter, const std::string& base);

// Makes the layers use the adapter's tensors (shared, so that a later in-place update is seen at
// once).
void attach(Weights& weights, const Adapter& adapter);
void detach(Weights& weights);

}  // namespace vegttt::policy
