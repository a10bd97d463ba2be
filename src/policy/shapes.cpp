#include "vegttt/policy/shapes.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "memory.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/policy/device.h"

namespace vegttt::policy {
namespace {

struct Sizes {
  int layers, hidden, heads, kv_heads, head_dim, ffn, vocab;
};

ModelConfig dense(const std::string& type, const Sizes& sizes, std::int64_t positions) {
  ModelConfig config;
  config.model_type = type;
  config.layers = sizes.layers;
  config.hidden = sizes.hidden;
  config.heads = sizes.heads;
  config.kv_heads = sizes.kv_heads;
  config.head_dim = sizes.head_dim;
  config.ffn = sizes.ffn;
  config.vocab = sizes.vocab;
  config.max_positions = positions;
  config.qk_norm = type == "qwen3";
  config.qkv_bias = type == "qwen2";
  return config;
}

ModelConfig tied(ModelConfig config) {
  config.tied = true;
  return config;
}

ModelConfig llama31() {
  ModelConfig config = dense("llama", {32, 4096, 32, 8, 128, 14336, 128256}, 131072);
  config.rms_eps = 1e-5;
  config.rope_theta = 5e5;
  config.rope_scaling.kind = RopeScaling::Kind::kLlama3;
  config.rope_scaling.factor = 8;
  config.rope_scaling.original_positions = 8192;
  return config;
}

ModelConfig gpt_oss(int layers, int experts) {
  ModelConfig config = dense("gpt_oss", {layers, 2880, 64, 8, 64, 2880, 201088}, 131072);
  config.qkv_bias = config.o_bias = config.sinks = config.norm_in_float = config.mxfp4 = true;
  config.experts = experts;
  config.experts_per_token = 4;
  config.rms_eps = 1e-5;
  config.rope_theta = 1.5e5;
  config.rope_scaling.kind = RopeScaling::Kind::kYarn;
  config.rope_scaling.factor = 32;
  config.rope_scaling.original_positions = 4096;
  config.rope_scaling.truncate = false;
  config.rope_scaling.attention_factor = 0.1 * std::log(32.0) + 1;
  for (int layer = 0; layer < layers; ++layer)
    config.windows.push_back(layer % 2 == 0 ? 128 : 0);  // the first one slides
  return config;
}

// As their config.json says; the starter has 4,096 tokens here, so that peers can be asked for it.
const std::map<std::string, ModelConfig>& shapes() {
  static const std::map<std::string, ModelConfig> table = {
      {"starter", tied(dense("qwen3", {8, 384, 6, 2, 64, 1024, 4096}, 4096))},
      {"qwen2.5-0.5b", tied(dense("qwen2", {24, 896, 14, 2, 64, 4864, 151936}, 32768))},
      {"qwen2.5-7b", dense("qwen2", {28, 3584, 28, 4, 128, 18944, 152064}, 32768)},
      {"qwen3-8b", dense("qwen3", {36, 4096, 32, 8, 128, 12288, 151936}, 40960)},
      {"llama3.1-8b", llama31()},
      {"gpt-oss-20b", gpt_oss(24, 32)},
      {"gpt-oss-120b", gpt_oss(36, 128)},
  };
  return table;
}

bool writes_to_residual(const std::string& name) {
  return name.find("o_proj") != std::string::npos || name.find("down_proj") != std::string::npos;
}

at::Tensor random_bytes(const NamedTensor& named, const at::TensorOptions& options) {
  // 2^-6: products of any nibbles stay small.
  if (named.name.ends_with("_scales")) return at::full(named.shape, 121, options);
  return at::randint(256, named.shape, options);
}

at::Tensor random_numbers(const NamedTensor& named,
                          const at::TensorOptions& options,
                          double output_scale) {
  const bool matrix = named.shape.size() >= 2 && !named.name.ends_with("bias");
  if (!matrix)
    return named.name.ends_with("norm.weight") ? at::ones(named.shape, options)
                                               : at::zeros(named.shape, options);
  auto shape = named.shape;
  if (named.transposed) std::swap(shape[1], shape[2]);
  return at::empty(shape, options)
      .normal_(0, 0.02 * (writes_to_residual(named.name) ? output_scale : 1.0));
}

}  // namespace

std::vector<std::string> shape_names() {
  std::vector<std::string> names;
  for (const auto& [name, config] : shapes()) names.push_back(name);
  return names;
}

ModelConfig named_shape(const std::string& name) {
  const auto found = shapes().find(name);
  if (found != shapes().end()) return found->second;
  throw core::UserError("'" + name + "' is not a shape (" + core::join(shape_names(), ", ") + ")" +
                        core::did_you_mean(name, shape_names()));
}

Transformer random_transformer_on(const ModelConfig& config,
                                  at::Device device,
                                  at::ScalarType dtype,
                                  std::uint64_t seed) {
  require_memory(weight_bytes(config, dtype),
                 available_memory(device),
                 std::string("a model of this shape in ") + at::toString(dtype),
                 device.str());
  at::manual_seed(seed);
  Transformer model{config, {}, dtype};
  const double output_scale = 1 / std::sqrt(2.0 * config.layers);
  const auto options = at::TensorOptions().device(device).dtype(dtype);
  for (const NamedTensor& named : named_tensors(model.weights, config))
    *named.tensor = named.raw ? random_bytes(named, options.dtype(at::kByte))
                              : random_numbers(named, options, output_scale);
  if (config.tied) model.weights.head = model.weights.embed;
  return model;
}

Adapter random_adapter(Weights& weights, int rank, double alpha) {
  Adapter adapter{rank, alpha, false, {}, {}};
  for (const NamedLinear& named : named_linears(weights)) {
    const at::Tensor& weight = named.linear->weight;
    const auto options = at::TensorOptions().device(weight.device()).dtype(at::kFloat);
    const double bound = 1 / std::sqrt(static_cast<double>(weight.size(1)));
    adapter.pairs[named.path] = {at::empty({rank, weight.size(1)}, options).uniform_(-bound, bound),
                                 at::empty({weight.size(0), rank}, options).normal_(0, 0.01)};
    if (std::find(adapter.targets.begin(), adapter.targets.end(), named.kind) ==
        adapter.targets.end())
      adapter.targets.push_back(named.kind);
  }
  return adapter;
}

}  // namespace vegttt::policy
