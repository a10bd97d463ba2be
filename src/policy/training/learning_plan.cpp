// What an update keeps in memory, counted from the shapes.
#include <algorithm>

#include "vegttt/core/error.h"
#include "vegttt/policy/learning_pass.h"
#include "vegttt/policy/logit_rows.h"

namespace vegttt::policy {
namespace {

// Of available memory; the rest is for what allocators and libraries take.
constexpr double kUsable = 0.85;
// Products of fewer tokens leave a GPU waiting for the matrices.
constexpr std::int64_t kEnough = 4096;

std::int64_t most_tokens(at::Device device) { return device.is_cuda() ? 16384 : 8192; }

// Entries that one token takes.
struct Entries {
  std::int64_t kept = 0;     // by a layer, between forward and backward
  std::int64_t working = 0;  // while one layer is on its way back
};

Entries entries_of(const ModelConfig& c) {
  const std::int64_t hidden = c.hidden, queries = std::int64_t{c.heads} * c.head_dim,
                     heads = queries + 2 * std::int64_t{c.kv_heads} * c.head_dim,
                     normed = c.qk_norm ? heads : 0;
  const std::int64_t attention = 2 * hidden + heads + queries + 2 * std::int64_t{c.heads} + normed;
  // The gradients of queries in float32, those of keys and values for each query head.
  const std::int64_t attention_back = 6 * hidden + 2 * heads + 5 * queries;
  if (c.experts > 0)  // each token at several experts: its input, both halves, result and gradients
    return {attention,
            attention_back + c.experts_per_token * (3 * hidden + 5 * std::int64_t{c.ffn})};
  return {attention + 2 * std::int64_t{c.ffn}, attention_back + c.ffn};
}

std::int64_t fixed_bytes_of(const Transformer& model, std::int64_t size) {
  const ModelConfig& c = model.config;
  const std::int64_t logits =
      logit_chunk(model.device()) * c.vocab * (model.device().is_cuda() ? 4 + size : 4 * 4);
  std::int64_t adapter = 0;
  Weights weights = model.weights;
  for (const NamedLinear& named : named_linears(weights))
    if (named.linear->lora_a.defined())
      adapter += named.linear->lora_a.numel() + named.linear->lora_b.numel();
  const std::int64_t experts =  // of one layer, wide
      std::int64_t{c.experts} * 3 * c.ffn * c.hidden * (c.mxfp4 ? size : 0);
  return logits + adapter * (4 + size) + experts;
}

}  // namespace

LearningPlan plan_learning(const Transformer& model,
                           std::int64_t available_bytes,
                           std::int64_t longest,
                           const std::string& checkpointing,
                           std::int64_t tokens) {
  VEGTTT_ASSERT(checkpointing == "auto" || checkpointing == "on" || checkpointing == "off",
                "learn.checkpointing is auto, on or off");
  const auto size = static_cast<std::int64_t>(at::elementSize(model.compute));
  const Entries entries = entries_of(model.config);
  LearningPlan plan;
  plan.fixed_bytes = fixed_bytes_of(model, size);
  const double usable =
      kUsable * static_cast<double>(available_bytes) - static_cast<double>(plan.fixed_bytes);
  const auto bytes_of = [&](bool again) {
    // Beside the layers: hidden states in float32, and of every target's row its gradient.
    const std::int64_t beside = 8 * model.config.hidden;
    const std::int64_t layers = model.config.layers;
    return size * (again ? layers * model.config.hidden + entries.kept + entries.working + beside
                         : layers * entries.kept + entries.working + beside);
  };
  const auto fit = [&](bool again) {
    return static_cast<std::int64_t>(std::max(0.0, usable) / static_cast<double>(bytes_of(again)));
  };
  const std::int64_t wanted = tokens > 0 ? tokens : most_tokens(model.device());
  const bool enough = fit(false) >= std::max(longest, std::min(wanted, kEnough));
  const bool again = checkpointing == "on" || (checkpointing == "auto" && !enough);
  plan.checkpointing = again ? Checkpointing::kOn : Checkpointing::kOff;
  plan.bytes_per_token = bytes_of(again);
  plan.tokens = tokens > 0 ? tokens : std::max(longest, std::min(wanted, fit(again)));
  return plan;
}

}  // namespace vegttt::policy
