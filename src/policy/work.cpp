#include "vegttt/policy/work.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace vegttt::policy {
namespace {

std::int64_t count(const NamedTensor& named) {
  return std::accumulate(
      named.shape.begin(), named.shape.end(), std::int64_t{1}, std::multiplies<>());
}

bool of_experts(const NamedTensor& named) {
  return named.name.find(".mlp.experts.") != std::string::npos;
}

bool is_embedding(const NamedTensor& named) { return named.name == "model.embed_tokens.weight"; }

// Rows go to `k` of `experts` each, all equally likely.
double share_of_experts(const ModelConfig& config, std::int64_t rows) {
  if (config.experts == 0) return 1;
  const double missed = 1 - static_cast<double>(config.experts_per_token) / config.experts;
  return 1 - std::pow(missed, static_cast<double>(rows));
}

std::int64_t element_size(const NamedTensor& named, const Transformer& model) {
  const at::Tensor& tensor = named.tensor->defined() ? *named.tensor : model.weights.embed;
  return named.raw ? 1 : static_cast<std::int64_t>(tensor.element_size());
}

std::int64_t weight_bytes_of_step(const Transformer& model, std::int64_t rows) {
  Weights weights = model.weights;
  const double experts = share_of_experts(model.config, rows);
  double bytes = 0;
  for (const NamedTensor& named : named_tensors(weights, model.config)) {
    const auto whole = static_cast<double>(count(named) * element_size(named, model));
    if (is_embedding(named)) {
      bytes += whole / model.config.vocab * static_cast<double>(rows);
      if (!model.config.tied) continue;  // otherwise it is the head as well
    }
    bytes += whole * (of_experts(named) ? experts : 1);
  }
  return std::llround(bytes);
}

std::int64_t adapter_entries(const Transformer& model) {
  Weights weights = model.weights;
  std::int64_t entries = 0;
  for (const NamedLinear& named : named_linears(weights))
    if (named.linear->lora_a.defined())
      entries += named.linear->lora_a.numel() + named.linear->lora_b.numel();
  return entries;
}

double expert_adapter_entries(const Transformer& model, double share) {
  Weights weights = model.weights;
  std::int64_t entries = 0;
  for (const NamedExperts& named : named_experts(weights))
    if (named.experts->lora_a.defined())
      entries += named.experts->lora_a.numel() + named.experts->lora_b.numel();
  return share * static_cast<double>(entries);
}

// Tokens that one query of the layer sees: of its prompt, and of its own completion.
struct Seen {
  std::int64_t prompt, own;
};
Seen seen_by(const ModelConfig& config, int layer, const StepShape& shape) {
  const std::int64_t window = config.window(layer);
  if (window == 0) return {shape.prompt_tokens, shape.completion_tokens};
  const std::int64_t own = std::min(window, shape.completion_tokens);
  return {std::min(window - own, shape.prompt_tokens), own};
}

}  // namespace

std::int64_t multiplied_parameters(const Transformer& model) {
  Weights weights = model.weights;
  const ModelConfig& config = model.config;
  double entries = 0;
  for (const NamedTensor& named : named_tensors(weights, config)) {
    const bool matrix = named.shape.size() >= 2 && !named.name.ends_with("bias");
    const bool looked_up = is_embedding(named) && !config.tied;
    if (!matrix || looked_up || (named.raw && named.name.ends_with("_scales"))) continue;
    const auto whole = static_cast<double>(count(named) * (named.raw ? 2 : 1));
    entries += of_experts(named) ? whole * config.experts_per_token / config.experts : whole;
  }
  return std::llround(entries);
}

StepWork step_work(const Transformer& model, const StepShape& shape) {
  const ModelConfig& config = model.config;
  const auto size = static_cast<std::int64_t>(at::elementSize(model.compute));
  const auto rows = static_cast<double>(shape.rows);
  const auto linear = static_cast<double>(adapter_entries(model));
  StepWork work;
  work.weight_bytes = weight_bytes_of_step(model, shape.rows);
  work.adapter_bytes =
      size *
      std::llround(linear + expert_adapter_entries(model, share_of_experts(config, shape.rows)));
  const double per_token = static_cast<double>(multiplied_parameters(model)) + linear +
                           expert_adapter_entries(model, share_of_experts(config, 1));
  work.flops = 2 * rows * per_token;
  for (int layer = 0; layer < config.layers; ++layer) {
    const Seen seen = seen_by(config, layer, shape);
    work.kv_bytes += 2 * size * config.kv_heads * config.head_dim *
                     (shape.prompts * seen.prompt + shape.rows * seen.own);
    work.flops +=
        4 * rows * config.heads * config.head_dim * static_cast<double>(seen.prompt + seen.own);
  }
  return work;
}

}  // namespace vegttt::policy
