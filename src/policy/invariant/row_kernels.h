// The kernels of one instruction set, single-threaded, over a range of rows or columns.
#pragma once

#include <cstdint>

#include "invariant/kernels.h"

namespace vegttt::policy::invariant {

struct LinearProblem {
  const float *x, *weight;
  float* out;
  std::int64_t rows, in, columns;
};

struct RowKernels {
  void (*linear)(const LinearProblem&, std::int64_t column_begin, std::int64_t column_end);
  void (*rms_norm)(const float* x,
                   const float* weight,
                   float* out,
                   std::int64_t rows,
                   std::int64_t width,
                   float eps);
  void (*rope)(const float* x,
               const float* cos,
               const float* sin,
               float* out,
               std::int64_t rows,
               std::int64_t heads,
               std::int64_t head_dim);
  void (*swiglu)(const float* gate, const float* up, float* out, std::int64_t count);
  void (*clamped_swiglu)(
      const float* pairs, float* out, std::int64_t count, float limit, float alpha);
  void (*add_scaled)(const float* x, float scale, float* out, std::int64_t count);
  float (*exponentials)(const float* logits, float scale, float* weights, std::int64_t count);
  void (*attend)(const float* q,
                 const KeySpan& first,
                 const KeySpan& second,
                 float* out,
                 float* scratch,
                 std::int64_t group,
                 std::int64_t head_dim,
                 float scale,
                 const float* sinks);
};

namespace avx512 {
extern const RowKernels kernels;
}
namespace avx2 {
extern const RowKernels kernels;
}
namespace plain {
extern const RowKernels kernels;
}

}  // namespace vegttt::policy::invariant
