#include "gpu/body.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "training/mixture.h"

namespace vegttt::policy::gpu {
namespace {

// Rows that go through the experts at once, which bounds what their kernels keep in shared memory.
constexpr int kMostRowsOfExperts = 1024;
// From here on a layer's matrices are widened and multiplied as a large product's: the kernels of
// decoding unpack them anew for every 64 rows of an expert.
constexpr int kRowsOfWideMatrices = 2048;

unsigned blocks(int items, int of_block) {
  return static_cast<unsigned>((items + of_block - 1) / of_block);
}

}  // namespace

Body::Body(GpuModel& gpu, int rows) : gpu_(gpu), capacity_(rows) {
  const ModelConfig& c = gpu.config();
  const auto options = at::TensorOptions().device(gpu.model().device()).dtype(at::kBFloat16);
  const auto of = [&](std::int64_t columns) { return at::empty({rows, columns}, options); };
  const FusedLayer& fused = gpu.fused(0);
  all_ = {rows,
          of(c.hidden),
          at::empty({rows, c.head_dim}, options.dtype(at::kFloat)),
          of(c.hidden),
          of(fused.qkv.matrix.size(0)),
          of(std::int64_t{c.heads} * c.head_dim),
          of(fused.o.matrix.size(0)),
          {},
          {},
          {}};
  if (c.experts > 0) {
    all_.mixture = of(c.hidden);
  } else {
    all_.wide = of(fused.gate_up.matrix.size(0));
    all_.hidden = of(c.ffn);
  }
}

Body::Rows Body::first(int rows) const {
  const auto of = [&](const at::Tensor& all) {
    return all.defined() ? all.narrow(0, 0, rows) : all;
  };
  return {rows,
          of(all_.x),
          of(all_.turns),
          of(all_.normed),
          of(all_.heads),
          of(all_.q),
          of(all_.added),
          of(all_.wide),
          of(all_.hidden),
          of(all_.mixture)};
}

at::Tensor Body::run(const at::Tensor& sequences, int count, Attention& attention) {
  const ModelConfig& c = gpu_.config();
  const Weights& weights = gpu_.model().weights;
  Rows rows = first(count);
  gpu_.kernel("embed",
              dim3(static_cast<unsigned>(count)),
              128,
              0,
              data(sequences),
              data(weights.embed),
              gpu_.rope(),
              mutable_data(rows.x),
              mutable_data(rows.turns),
              c.hidden);
  norm(rows, {}, nullptr, weights.layers[0].input_norm);
  for (int i = 0; i < c.layers; ++i) {
    self_attention(rows, sequences, i, attention);
    norm(rows, rows.added, &gpu_.fused(i).o, gpu_.layer(i).post_norm);
    const at::Tensor& next = i + 1 < c.layers ? gpu_.layer(i + 1).input_norm : weights.norm;
    if (c.experts > 0) {
      mixture(rows, i);
      norm(rows, rows.mixture, nullptr, next);
    } else {
      mlp(rows, i);
      norm(rows, rows.added, &gpu_.fused(i).down, next);
    }
  }
  return rows.normed;
}

void Body::norm(Rows& rows,
                const at::Tensor& y,
                const FusedLinear* linear,
                const at::Tensor& weight) {
  const ModelConfig& c = gpu_.config();
  const void* none = nullptr;
  gpu_.kernel("add_and_norm",
              dim3(blocks(rows.count, 2)),
              32 * blocks(c.hidden, 8 * 32),
              0,
              mutable_data(rows.x),
              data(y),
              y.defined() ? static_cast<int>(y.size(1)) : 0,
              linear != nullptr ? data(linear->b) : none,
              linear != nullptr ? linear->scales[0] : 0.0f,
              linear != nullptr ? data(linear->bias) : none,
              data(weight),
              static_cast<float>(c.rms_eps),
              c.norm_in_float ? 1 : 0,
              mutable_data(rows.normed),
              c.hidden,
              rows.count);
}

void Body::self_attention(Rows& rows,
                          const at::Tensor& sequences,
                          int index,
                          Attention& attention) {
  const ModelConfig& c = gpu_.config();
  const Layer& layer = gpu_.layer(index);
  const FusedLayer& fused = gpu_.fused(index);
  const Attention::Cache cache = attention.cache(index);
  gpu_.product("qkv", rows.normed, fused.qkv.matrix, rows.heads);
  gpu_.kernel("split_heads",
              dim3(blocks(rows.count, 4), blocks(c.heads + 2 * c.kv_heads, 4)),
              128,
              0,
              data(sequences),
              data(rows.turns),
              data(rows.heads),
              data(fused.qkv.b),
              gpu_.scales_of(index),
              data(fused.qkv.bias),
              data(layer.q_norm),
              data(layer.k_norm),
              static_cast<float>(c.rms_eps),
              mutable_data(rows.q),
              cache.keys,
              cache.values,
              c.heads,
              c.kv_heads,
              cache.length,
              rows.count);
  gpu_.product("o", attention.attend(index, rows.q), fused.o.matrix, rows.added);
}

void Body::mlp(Rows& rows, int index) {
  const int ffn = gpu_.config().ffn;
  const FusedLayer& fused = gpu_.fused(index);
  gpu_.product("gate_up", rows.normed, fused.gate_up.matrix, rows.wide);
  gpu_.kernel("gated",
              dim3(blocks(ffn, 128), blocks(rows.count, 32)),
              128,
              0,
              data(rows.wide),
              data(fused.gate_up.b),
              fused.gate_up.scales[0],
              fused.gate_up.scales[1],
              mutable_data(rows.hidden),
              rows.count,
              ffn);
  gpu_.product("down", rows.hidden, fused.down.matrix, rows.added);
}

void Body::mixture(Rows& rows, int index) {
  if (rows.count >= kRowsOfWideMatrices) {
    const Layer& layer = gpu_.layer(index);
    const training::Routing routing = training::route(rows.normed, layer, gpu_.config());
    rows.mixture = training::mixture(rows.normed, {}, routing, layer, gpu_.config());
    return gpu_.mark("wide_mixture");
  }
  Experts& experts = gpu_.experts(std::min(capacity_, kMostRowsOfExperts));
  const auto mark = [&](const char* name) { gpu_.mark(name); };
  for (int begin = 0; begin < rows.count; begin += kMostRowsOfExperts) {
    const int count = std::min(kMostRowsOfExperts, rows.count - begin);
    at::Tensor out = rows.mixture.narrow(0, begin, count);
    experts.run(rows.normed.narrow(0, begin, count), gpu_.packed(index), out, mark);
  }
}

}  // namespace vegttt::policy::gpu
