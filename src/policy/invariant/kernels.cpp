#include "invariant/kernels.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "invariant/row_kernels.h"

namespace vegttt::policy::invariant {
namespace {

// Below these a second thread costs more than it saves.
constexpr std::int64_t kMultiplyAddsPerThread = 1 << 20;
constexpr std::int64_t kElementsPerThread = 1 << 16;

const RowKernels& pick() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq"))
    return avx512::kernels;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2::kernels
                                                                         : plain::kernels;
}

const RowKernels& best() {
  static const RowKernels& kernels = pick();
  return kernels;
}

std::int64_t rows_per_thread(std::int64_t width) {
  return std::max<std::int64_t>(1, kElementsPerThread / width);
}

}  // namespace

void linear(const float* x,
            const float* weight,
            float* out,
            std::int64_t rows,
            std::int64_t in,
            std::int64_t out_features) {
  const LinearProblem problem{x, weight, out, rows, in, out_features};
  const std::int64_t grain =
      std::max<std::int64_t>(16, kMultiplyAddsPerThread / std::max<std::int64_t>(1, rows * in));
  at::parallel_for(0, out_features, grain, [&](std::int64_t begin, std::int64_t end) {
    best().linear(problem, begin, end);
  });
}

void add_scaled(const float* x, double scale, float* out, std::int64_t count) {
  best().add_scaled(x, static_cast<float>(scale), out, count);
}

void rms_norm(const float* x,
              const float* weight,
              float* out,
              std::int64_t rows,
              std::int64_t width,
              double eps) {
  at::parallel_for(0, rows, rows_per_thread(width), [&](std::int64_t begin, std::int64_t end) {
    best().rms_norm(x + begin * width,
                    weight,
                    out + begin * width,
                    end - begin,
                    width,
                    static_cast<float>(eps));
  });
}

void rope(const float* x,
          const float* cos,
          const float* sin,
          float* out,
          std::int64_t rows,
          std::int64_t heads,
          std::int64_t head_dim) {
  const std::int64_t width = heads * head_dim;
  at::parallel_for(0, rows, rows_per_thread(width), [&](std::int64_t begin, std::int64_t end) {
    best().rope(x + begin * width,
                cos + begin * head_dim,
                sin + begin * head_dim,
                out + begin * width,
                end - begin,
                heads,
                head_dim);
  });
}

void swiglu(const float* gate, const float* up, float* out, std::int64_t count) {
  at::parallel_for(0, count, kElementsPerThread, [&](std::int64_t begin, std::int64_t end) {
    best().swiglu(gate + begin, up + begin, out + begin, end - begin);
  });
}

void clamped_swiglu(const float* pairs, float* out, std::int64_t count, float limit, float alpha) {
  at::parallel_for(0, count, kElementsPerThread, [&](std::int64_t begin, std::int64_t end) {
    best().clamped_swiglu(pairs + 2 * begin, out + begin, end - begin, limit, alpha);
  });
}

KeySpan without_first(const KeySpan& span, std::int64_t count, std::int64_t head_dim) {
  if (count <= 0) return span;
  if (count >= span.length) return {};
  const std::int64_t blocks = count / kKeyBlock * kKeyBlock;
  return {span.keys + blocks * head_dim,
          span.values + blocks * head_dim,
          span.length - blocks,
          count - blocks};
}

float exponentials(const float* logits, float scale, float* weights, std::int64_t count) {
  return best().exponentials(logits, scale, weights, count);
}

void store_key(const float* key, float* keys, std::int64_t position, std::int64_t head_dim) {
  float* lane = keys + position / kKeyBlock * kKeyBlock * head_dim + position % kKeyBlock;
  for (std::int64_t d = 0; d < head_dim; ++d) lane[d * kKeyBlock] = key[d];
}

void attend(const float* q,
            const KeySpan& first,
            const KeySpan& second,
            float* out,
            float* scratch,
            std::int64_t group,
            std::int64_t head_dim,
            float scale,
            const float* sinks) {
  best().attend(q, first, second, out, scratch, group, head_dim, scale, sinks);
}

}  // namespace vegttt::policy::invariant
