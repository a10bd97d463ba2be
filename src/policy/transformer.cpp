#include "vegttt/policy/transformer.h"

#include "ops/ops.h"
#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

at::Tensor self_attention(const Layer& layer,
                          const ModelConfig& config,
                          int index,
                          const at::Tensor& x,
                          const ops::RopeTable& table,
                          const Attend& attend) {
  auto heads = [&](const at::Tensor& y) { return y.view({y.size(0), -1, config.head_dim}); };
  at::Tensor q = heads(ops::linear(x, layer.q)), k = heads(ops::linear(x, layer.k));
  const at::Tensor v = heads(ops::linear(x, layer.v));
  if (config.qk_norm) {
    q = ops::rms_norm(q, layer.q_norm, config.rms_eps);
    k = ops::rms_norm(k, layer.k_norm, config.rms_eps);
  }
  const at::Tensor mixed = attend(index, ops::rope(q, table), ops::rope(k, table), v);
  return ops::linear(mixed.reshape({x.size(0), -1}), layer.o);
}

at::Tensor mlp(const Layer& layer, const ModelConfig& config, const at::Tensor& x) {
  if (config.experts > 0) return ops::mixture(x, layer, config);
  return ops::linear(ops::swiglu(ops::linear(x, layer.gate), ops::linear(x, layer.up)), layer.down);
}

}  // namespace

at::Tensor forward(const Transformer& model,
                   const at::Tensor& tokens,
                   const at::Tensor& positions,
                   const Attend& attend) {
  const ModelConfig& config = model.config;
  const ops::RopeTable table = ops::rope_table(config, positions, model.compute);
  at::Tensor x = at::embedding(model.weights.embed, tokens).to(model.compute);
  for (int i = 0; i < config.layers; ++i) {
    const Layer& layer = model.weights.layers[static_cast<std::size_t>(i)];
    const auto norm = [&](const at::Tensor& weight) {
      return ops::rms_norm(x, weight, config.rms_eps, config.norm_in_float);
    };
    x = x + self_attention(layer, config, i, norm(layer.input_norm), table, attend);
    x = x + mlp(layer, config, norm(layer.post_norm));
  }
  return ops::rms_norm(x, model.weights.norm, config.rms_eps, config.norm_in_float);
}

at::Tensor forward_packed(const Transformer& model,
                          const at::Tensor& tokens,
                          const Packing& packing) {
  return forward(model,
                 tokens,
                 packing.positions().to(model.device()),
                 [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                   const auto& sinks = model.weights.layers[static_cast<std::size_t>(layer)].sinks;
                   return attention_packed(q, k, v, packing, {model.config.window(layer), sinks});
                 });
}

at::Tensor forward_batch(const Transformer& model, const at::Tensor& tokens_BT) {
  VEGTTT_ASSERT(model.config.windows.empty() && !model.config.sinks,
                "batches are for models without windows and sinks");
  const std::int64_t batch = tokens_BT.size(0), time = tokens_BT.size(1);
  const at::Tensor positions = at::arange(time, tokens_BT.options()).repeat({batch});
  return forward(model,
                 tokens_BT.reshape({-1}),
                 positions,
                 [&](int, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                   return attention_batch(q, k, v, batch);
                 });
}

at::Tensor logits(const Transformer& model, const at::Tensor& hidden) {
  return ops::linear(hidden, model.weights.head);
}

std::vector<at::Tensor> Transformer::parameters() {
  std::vector<at::Tensor> list;
  for (const auto& named : named_tensors(weights, config)) list.push_back(*named.tensor);
  return list;
}

Transformer load_transformer(const core::fs::path& folder,
                             at::Device device,
                             at::ScalarType dtype) {
  const ModelConfig config = read_model_config(folder);
  return {config, load_weights(folder, config, device, dtype), dtype};
}

Transformer random_transformer(const ModelConfig& config, std::uint64_t seed) {
  return {config, random_weights(config, seed), at::kFloat};
}

void save_transformer(const core::fs::path& folder,
                      const Transformer& model,
                      at::ScalarType dtype) {
  write_model_config(folder, model.config);
  save_weights(folder, model.weights, model.config, dtype);
}

}  // namespace vegttt::policy
