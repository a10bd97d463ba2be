#include "vegttt/policy/memory_plan.h"

#include <algorithm>

#include "gpu/pass_size.h"
#include "vegttt/policy/weights.h"

namespace vegttt::policy {
namespace {

constexpr std::int64_t kSize = 2;  // bytes of a bfloat16
constexpr std::int64_t kFixed = std::int64_t{1} << 30;

std::int64_t up_to_32(std::int64_t tokens) { return (tokens + 31) / 32 * 32; }

// Rank times inputs and outputs of the layers that an adapter has by default, or of those named.
std::int64_t adapter_entries(const ModelConfig& config, const config::LoraOptions& lora) {
  Weights weights;
  std::int64_t entries = 0;
  for (const NamedTensor& named : named_tensors(weights, config)) {
    if (named.shape.size() != 2 || !named.name.ends_with("_proj.weight")) continue;
    const bool wanted =
        lora.targets.empty() ||
        std::any_of(lora.targets.begin(), lora.targets.end(), [&](const auto& kind) {
          return named.name.find("." + kind + ".") != std::string::npos;
        });
    if (wanted) entries += lora.rank * (named.shape[0] + named.shape[1]);
  }
  return entries;
}

// Entries that a row has between the kernels of a layer.
std::int64_t entries_of_row(const ModelConfig& c) {
  const std::int64_t queries = std::int64_t{c.heads} * c.head_dim,
                     heads = queries + 2 * std::int64_t{c.kv_heads} * c.head_dim;
  const std::int64_t mlp = c.experts > 0
                               ? c.hidden + std::int64_t{c.experts_per_token} * (c.ffn + c.hidden)
                               : 3 * std::int64_t{c.ffn};
  return 3 * std::int64_t{c.hidden} + heads + 3 * queries + 2 * c.head_dim + mlp;
}

}  // namespace

MemoryPlan plan_memory(const ModelConfig& config,
                       const config::LoraOptions& lora,
                       const config::SamplingOptions& sampling,
                       const PromptShape& prompts) {
  const std::int64_t per_token =
      2 * std::int64_t{config.layers} * config.kv_heads * config.head_dim * kSize;
  const std::int64_t slots = sampling.slots;
  MemoryPlan plan;
  plan.weights = weight_bytes(config, at::kBFloat16);
  // Values, gradients and two moments in float32; A and B once more in bfloat16.
  plan.adapter = adapter_entries(config, lora) * (4 * 4 + kSize);
  plan.completions = per_token * slots * up_to_32(sampling.max_new_tokens);
  plan.prompts = per_token * prompts.prompts * up_to_32(prompts.tokens);
  const std::int64_t pass =
      std::max(std::min(gpu::tokens_of_pass(config.experts), prompts.prompts * prompts.tokens),
               prompts.tokens);
  // Logits of a step, and of the first tokens while those are chosen.
  plan.working =
      entries_of_row(config) * kSize * (pass + slots) + 2 * slots * std::int64_t{config.vocab} * 4;
  if (config.experts > 0)  // a layer's, widened while prompts are read
    plan.working += std::int64_t{config.experts} * 3 * config.ffn * config.hidden * kSize;
  plan.fixed = kFixed;
  return plan;
}

}  // namespace vegttt::policy
