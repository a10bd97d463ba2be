#include "gpu/fused_weights.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace vegttt::policy::gpu {

int adapter_rank(Transformer& model) {
  std::int64_t rank = 0;
  for (const NamedLinear& named : named_linears(model.weights))
    if (named.linear->lora_a.defined()) rank = std::max(rank, named.linear->lora_a.size(0));
  return static_cast<int>((rank + 15) / 16 * 16);
}

FusedWeights::FusedWeights(Transformer& model) : rank_(adapter_rank(model)) {
  for (Layer& layer : model.weights.layers) {
    FusedLayer& fused = layers_.emplace_back();
    fused.qkv = fuse({&layer.q, &layer.k, &layer.v});
    fused.o = fuse_output(layer.o);
    if (model.config.experts > 0) continue;
    fused.gate_up = fuse({&layer.gate, &layer.up});
    fused.down = fuse_output(layer.down);
  }
  refresh();
}

FusedLinear FusedWeights::fuse(const std::vector<Linear*>& parts) const {
  std::int64_t outs = 0;
  for (const Linear* part : parts) outs += part->weight.size(0);
  const auto options = parts[0]->weight.options();
  const auto count = static_cast<std::int64_t>(parts.size());
  FusedLinear fused;
  fused.parts = parts;
  fused.matrix = at::zeros({outs + count * rank_, parts[0]->weight.size(1)}, options);
  if (rank_ > 0) fused.b = at::zeros({outs, rank_}, options);
  const auto has_bias = [](const Linear* part) { return part->bias.defined(); };
  if (std::any_of(parts.begin(), parts.end(), has_bias)) fused.bias = at::zeros({outs}, options);
  std::int64_t at = 0;
  for (Linear* part : parts) {
    const std::int64_t rows = part->weight.size(0);
    at::Tensor place = fused.matrix.narrow(0, at, rows);
    place.copy_(part->weight);
    part->weight = place;
    if (has_bias(part)) fused.bias.narrow(0, at, rows).copy_(part->bias);
    at += rows;
  }
  return fused;
}

FusedLinear FusedWeights::fuse_output(Linear& part) const {
  FusedLinear fused = fuse({&part});
  if (fused.b.defined()) fused.b = fused.b.t().contiguous();
  return fused;
}

bool FusedWeights::refresh() {
  bool changed = false;
  for (FusedLayer& layer : layers_)
    for (FusedLinear* fused : {&layer.qkv, &layer.o, &layer.gate_up, &layer.down}) {
      if (fused->parts.empty()) continue;
      std::int64_t out = 0, low = fused->matrix.size(0) -
                                  rank_ * static_cast<std::int64_t>(fused->parts.size());
      for (std::size_t i = 0; i < fused->parts.size(); ++i) {
        const Linear& part = *fused->parts[i];
        if (part.lora_a.defined()) {
          const std::int64_t rank = part.lora_a.size(0);
          fused->matrix.narrow(0, low, rank).copy_(part.lora_a);
          at::Tensor b = fused == &layer.o || fused == &layer.down ? fused->b.t() : fused->b;
          b.narrow(0, out, part.weight.size(0)).narrow(1, 0, rank).copy_(part.lora_b);
        }
        const float scale = part.lora_a.defined() ? static_cast<float>(part.lora_scale) : 0.0f;
        changed = changed || scale != fused->scales[i];
        fused->scales[i] = scale;
        out += part.weight.size(0);
        low += rank_;
      }
    }
  return changed;
}

}  // namespace vegttt::policy::gpu
