// Register tiles of ROWS x COLUMNS dot products over contiguous rows of x and of the weight: no packing, no copy of
// the weights. Every dot product is the same sequence of operations whatever tile it falls into.
#include <ATen/Parallel.h>

#include <algorithm>

#include "invariant/kernels.h"
#include "invariant/vector.h"

namespace vegttt::policy::invariant {
namespace {

struct Problem {
  const float *x, *weight;
  float* out;
  std::int64_t rows, in, columns;
};

template <int ROWS, int COLUMNS>
VEGTTT_INLINE void tile(const Problem& p, std::int64_t row, std::int64_t column) {
  Lanes sums[ROWS][COLUMNS] = {};
  const float* x = p.x + row * p.in;
  const float* w = p.weight + column * p.in;
  const std::int64_t whole = p.in / kLanes * kLanes;
  for (std::int64_t k = 0; k < whole; k += kLanes) {
    Lanes b[COLUMNS];
#pragma GCC unroll 8
    for (int c = 0; c < COLUMNS; ++c) load(b[c], w + c * p.in + k);
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; ++r) {
      Lanes a;
      load(a, x + r * p.in + k);
#pragma GCC unroll 8
      for (int c = 0; c < COLUMNS; ++c) sums[r][c] += a * b[c];
    }
  }
  if (whole < p.in) {
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; ++r) {
      Lanes a;
      load_some(a, x + r * p.in + whole, p.in - whole);
#pragma GCC unroll 8
      for (int c = 0; c < COLUMNS; ++c) {
        Lanes b;
        load_some(b, w + c * p.in + whole, p.in - whole);
        sums[r][c] += a * b;
      }
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < COLUMNS; ++c) p.out[(row + r) * p.columns + column + c] = sum(sums[r][c]);
  }
}

template <int ROWS, int COLUMNS>
VEGTTT_INLINE void columns_of_block(const Problem& p, std::int64_t row_begin, std::int64_t row_end, std::int64_t column) {
  std::int64_t row = row_begin;
  for (; row + ROWS <= row_end; row += ROWS) tile<ROWS, COLUMNS>(p, row, column);
  for (; row < row_end; ++row) tile<1, COLUMNS>(p, row, column);
}

// Rows in blocks that stay in the second-level cache while the weight streams past.
inline constexpr std::int64_t kRowBlock = 96;

template <int ROWS, int COLUMNS>
VEGTTT_INLINE void columns_of(const Problem& p, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = 0; row < p.rows; row += kRowBlock) {
    const std::int64_t row_end = std::min(row + kRowBlock, p.rows);
    std::int64_t column = begin;
    for (; column + COLUMNS <= end; column += COLUMNS) columns_of_block<ROWS, COLUMNS>(p, row, row_end, column);
    for (; column < end; ++column) columns_of_block<ROWS, 1>(p, row, row_end, column);
  }
}

// 24 sums and 5 operands of 32 registers; 3 x 2 sums in register pairs and operands of 16.
__attribute__((target("arch=x86-64-v4"))) void columns_avx512(const Problem& p, std::int64_t begin, std::int64_t end) {
  columns_of<6, 4>(p, begin, end);
}
__attribute__((target("arch=x86-64-v3"))) void columns_avx2(const Problem& p, std::int64_t begin, std::int64_t end) {
  columns_of<3, 2>(p, begin, end);
}
void columns_plain(const Problem& p, std::int64_t begin, std::int64_t end) { columns_of<1, 1>(p, begin, end); }

using Columns = void (*)(const Problem&, std::int64_t, std::int64_t);
Columns pick() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) return columns_avx512;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? columns_avx2 : columns_plain;
}

}  // namespace

void linear(const float* x, const float* weight, float* out, std::int64_t rows, std::int64_t in, std::int64_t out_features) {
  static const Columns columns = pick();
  const Problem problem{x, weight, out, rows, in, out_features};
  constexpr std::int64_t kMultiplyAddsPerThread = 1 << 19;  // below, waking a thread costs more than it saves
  const std::int64_t grain = std::max<std::int64_t>(16, kMultiplyAddsPerThread / std::max<std::int64_t>(1, rows * in));
  at::parallel_for(0, out_features, grain, [&](std::int64_t begin, std::int64_t end) { columns(problem, begin, end); });
}

}  // namespace vegttt::policy::invariant
