// Attention of one query token over a cache: scores for 16 keys at a time (keys are stored transposed, so that no sum
// runs across lanes), softmax, then the weighted sum of values in the order of time.
#include <cmath>
#include <limits>

#include "invariant/kernels.h"
#include "invariant/vector.h"

namespace vegttt::policy::invariant {
namespace {

// Scores of `group` heads for one block of keys.
template <int GROUP>
VEGTTT_INLINE void scores_of_block(const float* q, const float* block, float* scores, std::int64_t stride,
                                   std::int64_t head_dim, float scale) {
  Lanes sums[GROUP] = {};
  for (std::int64_t d = 0; d < head_dim; ++d) {
    Lanes keys;
    load(keys, block + d * kKeyBlock);
#pragma GCC unroll 4
    for (int g = 0; g < GROUP; ++g) sums[g] += keys * q[g * head_dim + d];
  }
#pragma GCC unroll 4
  for (int g = 0; g < GROUP; ++g) store(scores + g * stride, sums[g] * scale);
}

// In place: scores to weights that sum to one; entries past `length` become 0.
VEGTTT_INLINE void softmax(float* scores, std::int64_t length, std::int64_t padded) {
  for (std::int64_t i = length; i < padded; ++i) scores[i] = -std::numeric_limits<float>::infinity();
  float highest = scores[0];
  for (std::int64_t i = 1; i < length; ++i) highest = scores[i] > highest ? scores[i] : highest;
  Lanes total{}, x;
  for (std::int64_t i = 0; i < padded; i += kLanes) {
    load(x, scores + i);
    x -= highest;
    exp(x);
    store(scores + i, x);
    total += x;
  }
  const float scale = 1.0f / sum(total);
  for (std::int64_t i = 0; i < padded; ++i) scores[i] *= scale;
}

// Four registers of one head's output at a time.
template <int WIDTH>
VEGTTT_INLINE void mix(const float* weights, const float* values, float* out, std::int64_t length, std::int64_t head_dim) {
  Lanes sums[WIDTH] = {};
  for (std::int64_t t = 0; t < length; ++t) {
#pragma GCC unroll 4
    for (int w = 0; w < WIDTH; ++w) {
      Lanes v;
      load(v, values + t * head_dim + w * kLanes);
      sums[w] += v * weights[t];
    }
  }
#pragma GCC unroll 4
  for (int w = 0; w < WIDTH; ++w) store(out + w * kLanes, sums[w]);
}

VEGTTT_INLINE void mix_head(const float* weights, const float* values, float* out, std::int64_t length, std::int64_t head_dim) {
  std::int64_t d = 0;
  for (; d + 4 * kLanes <= head_dim; d += 4 * kLanes) mix<4>(weights, values + d, out + d, length, head_dim);
  for (; d + kLanes <= head_dim; d += kLanes) mix<1>(weights, values + d, out + d, length, head_dim);
  for (; d < head_dim; ++d) {
    float total = 0;
    for (std::int64_t t = 0; t < length; ++t) total = std::fma(values[t * head_dim + d], weights[t], total);
    out[d] = total;
  }
}

VEGTTT_CLONES void attend_heads(const float* q, const float* keys, const float* values, float* out, float* scratch,
                                std::int64_t group, std::int64_t length, std::int64_t head_dim, float scale) {
  const std::int64_t padded = (length + kKeyBlock - 1) / kKeyBlock * kKeyBlock;
  for (std::int64_t t = 0; t < padded; t += kKeyBlock) {
    const float* block = keys + t * head_dim;
    std::int64_t g = 0;
    for (; g + 3 <= group; g += 3) scores_of_block<3>(q + g * head_dim, block, scratch + g * padded + t, padded, head_dim, scale);
    for (; g < group; ++g) scores_of_block<1>(q + g * head_dim, block, scratch + g * padded + t, padded, head_dim, scale);
  }
  for (std::int64_t g = 0; g < group; ++g) {
    softmax(scratch + g * padded, length, padded);
    mix_head(scratch + g * padded, values, out + g * head_dim, length, head_dim);
  }
}

}  // namespace

void store_key(const float* key, float* keys, std::int64_t position, std::int64_t head_dim) {
  float* lane = keys + position / kKeyBlock * kKeyBlock * head_dim + position % kKeyBlock;
  for (std::int64_t d = 0; d < head_dim; ++d) lane[d * kKeyBlock] = key[d];
}

void attend(const float* q, const float* keys, const float* values, float* out, float* scratch, std::int64_t group,
            std::int64_t length, std::int64_t head_dim, float scale) {
  attend_heads(q, keys, values, out, scratch, group, length, head_dim, scale);
}

}  // namespace vegttt::policy::invariant
