#include "vegttt/policy/weights.h"

#include <cmath>
#include <functional>
#include <numeric>

#include "vegttt/core/rng.h"

namespace vegttt::policy {
namespace {

using Shape = std::vector<std::int64_t>;

// The tensors of one layer under its prefix.
struct LayerNames {
  std::string prefix;
  std::vector<NamedTensor>& list;

  void add(const std::string& name, at::Tensor& tensor, Shape shape) {
    list.push_back({prefix + name, &tensor, std::move(shape)});
  }
  void linear(
      const std::string& name, Linear& linear, std::int64_t out, std::int64_t in, bool bias) {
    add(name + ".weight", linear.weight, {out, in});
    if (bias) add(name + ".bias", linear.bias, {out});
  }
  void experts(const std::string& name,
               ExpertLinear& experts,
               const ModelConfig& config,
               std::int64_t out,
               std::int64_t in) {
    if (config.mxfp4) {
      list.push_back(
          {prefix + name + "_blocks", &experts.blocks, {config.experts, out, in / 32, 16}, true});
      list.push_back(
          {prefix + name + "_scales", &experts.scales, {config.experts, out, in / 32}, true});
    } else {
      list.push_back({prefix + name, &experts.weight, {config.experts, in, out}, false, true});
    }
    add(name + "_bias", experts.bias, {config.experts, out});
  }
};

void name_mlp(LayerNames& names, Layer& layer, const ModelConfig& config) {
  if (config.experts == 0) {
    names.linear("mlp.gate_proj", layer.gate, config.ffn, config.hidden, config.mlp_bias);
    names.linear("mlp.up_proj", layer.up, config.ffn, config.hidden, config.mlp_bias);
    names.linear("mlp.down_proj", layer.down, config.hidden, config.ffn, config.mlp_bias);
    return;
  }
  names.linear("mlp.router", layer.router, config.experts, config.hidden, true);
  names.experts("mlp.experts.gate_up_proj",
                layer.gate_up,
                config,
                2 * std::int64_t{config.ffn},
                config.hidden);
  names.experts("mlp.experts.down_proj", layer.down_experts, config, config.hidden, config.ffn);
}

}  // namespace

std::vector<NamedTensor> named_tensors(Weights& weights, const ModelConfig& config) {
  const std::int64_t hidden = config.hidden, vocab = config.vocab;
  const std::int64_t q_width = std::int64_t{config.heads} * config.head_dim;
  const std::int64_t kv_width = std::int64_t{config.kv_heads} * config.head_dim;
  weights.layers.resize(static_cast<std::size_t>(config.layers));
  std::vector<NamedTensor> list{{"model.embed_tokens.weight", &weights.embed, {vocab, hidden}}};
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    Layer& layer = weights.layers[i];
    const std::string prefix = "model.layers." + std::to_string(i) + ".";
    LayerNames names{prefix, list};
    names.add("input_layernorm.weight", layer.input_norm, {hidden});
    names.linear("self_attn.q_proj", layer.q, q_width, hidden, config.qkv_bias);
    names.linear("self_attn.k_proj", layer.k, kv_width, hidden, config.qkv_bias);
    names.linear("self_attn.v_proj", layer.v, kv_width, hidden, config.qkv_bias);
    if (config.qk_norm) names.add("self_attn.q_norm.weight", layer.q_norm, {config.head_dim});
    if (config.qk_norm) names.add("self_attn.k_norm.weight", layer.k_norm, {config.head_dim});
    names.linear("self_attn.o_proj", layer.o, hidden, q_width, config.o_bias);
    if (config.sinks) names.add("self_attn.sinks", layer.sinks, {config.heads});
    names.add("post_attention_layernorm.weight", layer.post_norm, {hidden});
    name_mlp(names, layer, config);
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
    if (layer.gate_up.bias.defined()) continue;  // experts are no linear layers
    add("mlp.", "gate_proj", layer.gate);
    add("mlp.", "up_proj", layer.up);
    add("mlp.", "down_proj", layer.down);
  }
  return list;
}

std::vector<NamedExperts> named_experts(Weights& weights) {
  std::vector<NamedExperts> list;
  for (std::size_t i = 0; i < weights.layers.size(); ++i) {
    Layer& layer = weights.layers[i];
    if (!layer.gate_up.bias.defined()) continue;
    const std::string module = "model.layers." + std::to_string(i) + ".mlp.experts";
    list.push_back({module, "gate_up_proj", &layer.gate_up});
    list.push_back({module, "down_proj", &layer.down_experts});
  }
  return list;
}

std::int64_t weight_bytes(const ModelConfig& config, at::ScalarType dtype) {
  Weights weights;
  std::int64_t bytes = 0;
  for (const auto& named : named_tensors(weights, config)) {
    const auto count = std::accumulate(
        named.shape.begin(), named.shape.end(), std::int64_t{1}, std::multiplies<>());
    bytes += count * (named.raw ? 1 : static_cast<std::int64_t>(at::elementSize(dtype)));
  }
  return bytes;
}

namespace {

void fill_normal(at::Tensor& tensor, const core::CounterRng& rng, double deviation) {
  float* data = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i)
    data[i] = static_cast<float>(deviation * rng.normal(static_cast<std::uint64_t>(i)));
}

bool is_output(const std::string& name) {
  return name.find("o_proj") != std::string::npos || name.find("down_proj") != std::string::npos;
}

// Norms are ones, biases and sinks zeros.
at::Tensor random_tensor(const NamedTensor& named, double output_scale, std::uint64_t seed) {
  const auto rng = core::CounterRng::of({"weights", std::to_string(seed), named.name});
  if (named.raw) {  // any bytes are numbers; scales around 2^-6 keep them small
    if (named.name.ends_with("_scales")) return at::full(named.shape, 121, at::kByte);
    at::Tensor bytes = at::empty(named.shape, at::kByte);
    auto* data = bytes.mutable_data_ptr<std::uint8_t>();
    for (std::int64_t i = 0; i < bytes.numel(); ++i)
      data[i] = static_cast<std::uint8_t>(256 * rng.uniform(static_cast<std::uint64_t>(i)));
    return bytes;
  }
  const bool matrix = named.shape.size() >= 2 && !named.name.ends_with("bias");
  if (!matrix)
    return named.name.ends_with("norm.weight") ? at::ones(named.shape) : at::zeros(named.shape);
  at::Tensor tensor = at::empty(named.shape, at::kFloat);
  fill_normal(tensor, rng, 0.02 * (is_output(named.name) ? output_scale : 1.0));
  return named.transposed ? tensor.transpose(1, 2).contiguous() : tensor;
}

}  // namespace

Weights random_weights(const ModelConfig& config, std::uint64_t seed) {
  Weights weights;
  const double output_scale = 1 / std::sqrt(2.0 * config.layers);
  for (auto& named : named_tensors(weights, config)) {
    *named.tensor = random_tensor(named, output_scale, seed);
  }
  if (config.tied) weights.head = weights.embed;
  return weights;
}

}  // namespace vegttt::policy
