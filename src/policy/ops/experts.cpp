// The plain way: expert by expert over the rows that chose it. Exact and differentiable on any
// device; a loop on the host.
#include <algorithm>
#include <numeric>

#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

// Row by row the experts with the largest logits (equal ones: the first) and their weights, which
// sum to one.
struct Routing {
  at::Tensor experts;  // [N, k] int64
  at::Tensor weights;  // [N, k]
};

Routing route(const at::Tensor& logits, std::int64_t k) {
  const auto [values, experts] = at::topk(logits, k, -1);
  return {experts, at::softmax(values, -1)};
}

Routing invariant_route(const at::Tensor& logits, std::int64_t k) {
  const std::int64_t rows = logits.size(0), count = logits.size(1);
  Routing routing{at::empty({rows, k}, at::kLong), at::empty({rows, k}, at::kFloat)};
  const float* row = logits.const_data_ptr<float>();
  auto* chosen = routing.experts.mutable_data_ptr<std::int64_t>();
  float* weight = routing.weights.mutable_data_ptr<float>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::vector<float> picked(static_cast<std::size_t>(k));
  for (std::int64_t i = 0; i < rows; ++i, row += count, chosen += k, weight += k) {
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](auto a, auto b) {
      return row[a] != row[b] ? row[a] > row[b] : a < b;
    });
    std::copy_n(order.begin(), k, chosen);
    for (std::int64_t j = 0; j < k; ++j) picked[static_cast<std::size_t>(j)] = row[chosen[j]];
    invariant::exponentials(picked.data(), 1, weight, k);
    const float total = std::accumulate(weight, weight + k, 0.0f);
    for (std::int64_t j = 0; j < k; ++j) weight[j] /= total;
  }
  return routing;
}

at::Tensor clamped_swiglu(const at::Tensor& pairs, const ModelConfig& config) {
  if (use_invariant(pairs)) {
    at::Tensor out = at::empty({pairs.size(0), pairs.size(1) / 2}, pairs.options());
    invariant::clamped_swiglu(pairs.const_data_ptr<float>(),
                              out.mutable_data_ptr<float>(),
                              out.numel(),
                              static_cast<float>(config.swiglu_limit),
                              static_cast<float>(config.swiglu_alpha));
    return out;
  }
  const at::Tensor both = pairs.unflatten(-1, {-1, 2});
  const at::Tensor gate = both.select(-1, 0).clamp_max(config.swiglu_limit),
                   up = both.select(-1, 1).clamp(-config.swiglu_limit, config.swiglu_limit);
  return gate * at::sigmoid(gate * config.swiglu_alpha) * (up + 1);
}

// Expert `e`'s part of a LoRA pair: A [rank, in], B [out, rank].
at::Tensor low_rank(const at::Tensor& x, const ExpertLinear& layer, std::int64_t e) {
  const std::int64_t rank = layer.lora_a.size(0) / layer.experts();
  const at::Tensor a = layer.lora_a.view({layer.experts(), rank, -1}).select(0, e),
                   b = layer.lora_b.view({layer.out(), rank, layer.experts()}).select(2, e);
  return ops::linear(ops::linear(x, a), b.contiguous()) * layer.lora_scale;
}

at::Tensor expert_linear(const at::Tensor& x, const ExpertLinear& layer, std::int64_t e) {
  at::Tensor y;
  if (layer.packed.defined())
    y = packed_linear(x, layer, e);
  else if (layer.weight.defined())
    y = ops::linear(x, layer.weight.select(0, e));
  else
    y = mxfp4_linear(x, layer.blocks.select(0, e), layer.scales.select(0, e));
  y = y + layer.bias.select(0, e).to(y.scalar_type());
  return layer.lora_a.defined() ? y + low_rank(x, layer, e) : y;
}

}  // namespace

at::Tensor mixture(const at::Tensor& x, const Layer& layer, const ModelConfig& config) {
  const at::Tensor logits = ops::linear(x, layer.router);
  const Routing routing = use_invariant(x) ? invariant_route(logits, config.experts_per_token)
                                           : route(logits, config.experts_per_token);
  at::Tensor result = at::zeros_like(x);
  for (std::int64_t e = 0; e < config.experts; ++e) {
    const auto places = routing.experts.eq(e).nonzero_numpy();  // rows, and which of their choices
    if (places[0].numel() == 0) continue;
    const at::Tensor gated =
        clamped_swiglu(expert_linear(x.index_select(0, places[0]), layer.gate_up, e), config);
    const at::Tensor weight = routing.weights.index({places[0], places[1]}).unsqueeze(1);
    result = result.index_add(0, places[0], expert_linear(gated, layer.down_experts, e) * weight);
  }
  return result;
}

}  // namespace vegttt::policy::ops
