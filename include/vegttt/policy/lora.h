// Low-rank adapters on linear layers and on the experts of a mixture, in PEFT's file format.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/policy/weights.h"

namespace vegttt::policy {

struct LoraPair {
  at::Tensor a, b;  // float32 [rank, in], [out, rank]; of E experts as ExpertLinear says
};

// y += (alpha / rank) * B (A x) on every target layer.
struct Adapter {
  int rank = 0;
  double alpha = 0;
  bool rank_stabilized = false;      // PEFT's use_rslora: alpha / sqrt(rank)
  std::vector<std::string> targets;  // "q_proj", ..; experts: "gate_up_proj", "down_proj"
  // By module path, "model.layers.0.self_attn.q_proj" or "model.layers.0.mlp.experts.gate_up_proj".
  std::map<std::string, LoraPair> pairs;

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

// The tensors of an adapter file by their names there, in the order of the pairs.
std::vector<std::pair<std::string, at::Tensor>> peft_tensors(const Adapter& adapter);

// W + scale B A in place of W, in float32, then rounded. The adapter must be detached. Throws
// UserError when it holds matrices of MXFP4 experts, which cannot take a sum.
void merge(Weights& weights, const Adapter& adapter);

// Makes the layers use the adapter's tensors (shared, so that a later in-place update is seen at
// once).
void attach(Weights& weights, const Adapter& adapter);
void detach(Weights& weights);
// Whether an attached adapter changes a mixture's experts.
bool adapts_experts(const Weights& weights);

}  // namespace vegttt::policy
