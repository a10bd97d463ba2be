#include <ATen/Parallel.h>

#include <cmath>

#include "invariant/kernels.h"
#include "invariant/vector.h"

namespace vegttt::policy::invariant {
namespace {

inline constexpr std::int64_t kElementsPerThread = 1 << 15;

VEGTTT_INLINE void swiglu_lanes(const float* gate, const float* up, float* out, std::int64_t count) {
  Lanes g, u;
  load_some(g, gate, count);
  load_some(u, up, count);
  const IntLanes low = g < -88.0f;
  Lanes e = low ? Lanes{} + 88.0f : -g;
  exp(e);
  const Lanes y = g / (1.0f + e) * u;
  for (std::int64_t i = 0; i < count; ++i) out[i] = y[i];
}

VEGTTT_CLONES void swiglu_range(const float* gate, const float* up, float* out, std::int64_t begin, std::int64_t end) {
  std::int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) swiglu_lanes(gate + i, up + i, out + i, kLanes);
  if (i < end) swiglu_lanes(gate + i, up + i, out + i, end - i);
}

VEGTTT_CLONES void rms_norm_rows(const float* x, const float* weight, float* out, std::int64_t begin, std::int64_t end,
                                 std::int64_t width, double eps) {
  for (std::int64_t row = begin; row < end; ++row) {
    const float* in = x + row * width;
    Lanes squares{}, a;
    std::int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
      load(a, in + i);
      squares += a * a;
    }
    if (i < width) {
      load_some(a, in + i, width - i);
      squares += a * a;
    }
    const float scale = 1.0f / std::sqrt(sum(squares) / static_cast<float>(width) + static_cast<float>(eps));
    for (std::int64_t j = 0; j < width; ++j) out[row * width + j] = in[j] * scale * weight[j];
  }
}

VEGTTT_CLONES void rope_rows(const float* x, const float* cos, const float* sin, float* out, std::int64_t begin,
                             std::int64_t end, std::int64_t heads, std::int64_t head_dim) {
  const std::int64_t half = head_dim / 2;
  for (std::int64_t row = begin; row < end; ++row) {
    const float *c = cos + row * head_dim, *s = sin + row * head_dim;
    for (std::int64_t head = 0; head < heads; ++head) {
      const float* in = x + (row * heads + head) * head_dim;
      float* to = out + (row * heads + head) * head_dim;
      for (std::int64_t i = 0; i < half; ++i) to[i] = in[i] * c[i] + in[i + half] * s[i];
      for (std::int64_t i = half; i < head_dim; ++i) to[i] = in[i] * c[i] + in[i - half] * s[i];
    }
  }
}

VEGTTT_CLONES void add_scaled_range(const float* x, float scale, float* out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) out[i] += scale * x[i];
}

std::int64_t rows_per_thread(std::int64_t width) { return std::max<std::int64_t>(1, kElementsPerThread / width); }

}  // namespace

void swiglu(const float* gate, const float* up, float* out, std::int64_t count) {
  // Blocks of whole lanes, so that an element's lane does not depend on the number of threads.
  const std::int64_t blocks = (count + kLanes - 1) / kLanes;
  at::parallel_for(0, blocks, kElementsPerThread / kLanes / 4, [&](std::int64_t begin, std::int64_t end) {
    swiglu_range(gate, up, out, begin * kLanes, std::min(end * kLanes, count));
  });
}

void rms_norm(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t width, double eps) {
  at::parallel_for(0, rows, rows_per_thread(width), [&](std::int64_t begin, std::int64_t end) {
    rms_norm_rows(x, weight, out, begin, end, width, eps);
  });
}

void rope(const float* x, const float* cos, const float* sin, float* out, std::int64_t rows, std::int64_t heads,
          std::int64_t head_dim) {
  at::parallel_for(0, rows, rows_per_thread(heads * head_dim), [&](std::int64_t begin, std::int64_t end) {
    rope_rows(x, cos, sin, out, begin, end, heads, head_dim);
  });
}

void add_scaled(const float* x, double scale, float* out, std::int64_t count) {
  add_scaled_range(x, static_cast<float>(scale), out, count);
}

}  // namespace vegttt::policy::invariant
