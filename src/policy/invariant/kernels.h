// CPU float32 kernels whose result for one row is a fixed sequence of operations on that row: no
// dependence on how many other rows there are, on their order, on the row's place or on the number
// of threads. ATen's kernels choose their blocking by shape, so that a sampled token could depend
// on the batch it was sampled in.
//
// Sums run over 16 lanes (lane i takes elements i, i + 16, ..) with fused multiply-add, then a
// fixed tree; AVX-512, AVX2 and plain code give the same bits.
#pragma once

#include <cstdint>

namespace vegttt::policy::invariant {

// out[m, n] = sum_k x[m, k] * weight[n, k].
void linear(const float* x,
            const float* weight,
            float* out,
            std::int64_t rows,
            std::int64_t in,
            std::int64_t out_features);
// out += scale * x.
void add_scaled(const float* x, double scale, float* out, std::int64_t count);

void rms_norm(const float* x,
              const float* weight,
              float* out,
              std::int64_t rows,
              std::int64_t width,
              double eps);
// cos, sin [rows, head_dim] as in ops::RopeTable.
void rope(const float* x,
          const float* cos,
          const float* sin,
          float* out,
          std::int64_t rows,
          std::int64_t heads,
          std::int64_t head_dim);
void swiglu(const float* gate, const float* up, float* out, std::int64_t count);
// gpt-oss: pairs gate, up -> min(gate, limit) sigmoid(alpha gate) (1 + clamp(up, limit)).
void clamped_swiglu(const float* pairs, float* out, std::int64_t count, float limit, float alpha);

// weights[i] = e^((logits[i] - largest) * scale); returns the largest logit. Not a number anywhere:
// returns NaN.
float exponentials(const float* logits, float scale, float* weights, std::int64_t count);

// Keys of one (sequence, kv head): blocks of 16 keys, each [head_dim][16]; values [time][head_dim].
constexpr std::int64_t kKeyBlock = 16;
constexpr std::int64_t padded_keys(std::int64_t length) {
  return (length + kKeyBlock - 1) / kKeyBlock * kKeyBlock;
}
void store_key(const float* key, float* keys, std::int64_t position, std::int64_t head_dim);

struct KeySpan {
  const float *keys = nullptr, *values = nullptr;
  std::int64_t length = 0;
  std::int64_t hidden = 0;  // the first keys of the span, fewer than kKeyBlock, are not seen
};
// The span without its first `count` keys; `count` may exceed its length.
KeySpan without_first(const KeySpan& span, std::int64_t count, std::int64_t head_dim);

// One query token's heads that share a kv head: q [group, head_dim] -> out [group, head_dim], over
// the keys of `first` (a shared prompt; may be empty) and then of `second`. `sinks` [group] (or
// null): logits of keys without value. `scratch` holds group * (padded_keys of both) floats.
void attend(const float* q,
            const KeySpan& first,
            const KeySpan& second,
            float* out,
            float* scratch,
            std::int64_t group,
            std::int64_t head_dim,
            float scale,
            const float* sinks = nullptr);

}  // namespace vegttt::policy::invariant
