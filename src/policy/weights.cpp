#include "vegttt/policy/weights.h"

#include <cmath>

#include "vegttt/core/rng.h"

namespace vegttt::policy {

std::vector<NamedTensor> named_tensors(Weights& weights, const ModelConfig& config) {
  const std::int64_t hidden = config.hidden, ffn = config.ffn, vocab = config.vocab;
  const std::int64_t q_width = std::int64_t{config.heads} * config.head_dim;
  const std::int64_t kv_width = std::int64_t{config.kv_heads} * config.head_dim;
  weights.layers.resize(static_cast<std::size_t>(config.layers));
  std::vector<NamedTensor> list{{"model.embed_tokens.weight", &weights.embed, {vocab, hidden}}};
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    Layer& layer = weights.layers[i];
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    auto add = [&](const char* name, at::Tensor& tensor, std::vector<std::int64_t> shape) {
      list.push_back({prefix + name + ".weight", &tensor, std::move(shape)});
    };
    add("input_layernorm", layer.input_norm, {hidden});
    add("self_attn.q_proj", layer.q.weight, {q_width, hidden});
    add("self_attn.k_proj", layer.k.weight, {kv_width, hidden});
    add("self_attn.v_proj", layer.v.weight, {kv_width, hidden});
    if (config.qk_norm) add("self_attn.q_norm", layer.q_norm, {config.head_dim});
    if (config.qk_norm) add("self_attn.k_norm", layer.k_norm, {config.head_dim});
    add("self_attn.o_proj", layer.o.weight, {hidden, q_width});
    add("post_attention_layernorm", layer.post_norm, {hidden});
    add("mlp.gate_proj", layer.gate.weight, {ffn, hidden});
    add("mlp.up_proj", layer.up.weight, {ffn, hidden});
    add("mlp.down_proj", layer.down.weight, {hidden, ffn});
  }
  list.push_back({"model.norm.weight", &weights.norm, {hidden}});
  if (!config.tied) list.push_back({"lm_head.weight", &weights.head, {vocab, hidden}});
  return list;
}

std::vector<NamedLinear> named_linears(Weights& weights) {
  std::vector<NamedLinear> list;
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    Layer& layer = weights.layers[i];
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    auto add = [&](const std::string& block, const char* kind, Linear& linear) {
      list.push_back({prefix + block + kind, kind, &linear});
    };
    add("self_attn.", "q_proj", layer.q);
    add("self_attn.", "k_proj", layer.k);
    add("self_attn.", "v_proj", layer.v);
    add("self_attn.", "o_proj", layer.o);
    add("mlp.", "gate_proj", layer.gate);
    add("mlp.", "up_proj", layer.up);
    add("mlp.", "down_proj", layer.down);
  }
  return list;
}

Weights random_weights(const ModelConfig& config, std::uint64_t seed) {
  Weights weights;
  const double output_scale = 1 / std::sqrt(2.0 * config.layers);
  for (auto& named : named_tensors(weights, config)) {
    at::Tensor tensor = at::ones(named.shape, at::kFloat);
    if (named.shape.size() == 2) {
      const bool output = named.name.find("o_proj") != std::string::npos ||
                          named.name.find("down_proj") != std::string::npos;
      const double deviation = 0.02 * (output ? output_scale : 1.0);
      const auto rng = core::CounterRng::of({"weights", std::to_string(seed), named.name});
      float* data = tensor.mutable_data_ptr<float>();
      for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        data[i] = static_cast<float>(deviation * rng.normal(static_cast<std::uint64_t>(i)));
      }
    }
    *named.tensor = tensor;
  }
  if (config.tied) weights.head = weights.embed;
  return weights;
}

}  // namespace vegttt::policy
