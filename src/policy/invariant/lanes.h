// Sixteen float lanes: one AVX-512 register, two of AVX2, or plain code; the same bits from each.
// This file is compiled once per instruction set (row_kernels.inl), so everything in it is inlined
// and nothing of std is used.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace vegttt::policy::invariant {

#define VEGTTT_INLINE static inline __attribute__((always_inline))

using Lanes = float __attribute__((vector_size(64)));
using IntLanes = std::int32_t __attribute__((vector_size(64)));
constexpr std::int64_t kLanes = 16;

VEGTTT_INLINE Lanes load(const float* from) {
  Lanes to;
  __builtin_memcpy(&to, from, sizeof(to));
  return to;
}
VEGTTT_INLINE void store(float* to, Lanes from) { __builtin_memcpy(to, &from, sizeof(from)); }
// The first `count` elements, zeros behind them.
VEGTTT_INLINE Lanes load_some(const float* from, std::int64_t count) {
  float padded[kLanes] = {};
  for (std::int64_t i = 0; i < count; ++i) padded[i] = from[i];
  return load(padded);
}
VEGTTT_INLINE void store_some(float* to, Lanes from, std::int64_t count) {
  float padded[kLanes];
  store(padded, from);
  for (std::int64_t i = 0; i < count; ++i) to[i] = padded[i];
}
VEGTTT_INLINE Lanes all(float value) { return Lanes{} + value; }

// a * b + c, rounded once. Explicit, since the compiler's own contraction differs from one loop to
// the next.
VEGTTT_INLINE Lanes fma(Lanes a, Lanes b, Lanes c) {
#if defined(__AVX512F__)
  return (Lanes)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  union Halves {
    Lanes whole;
    __m256 half[2];
  } x{a}, y{b}, z{c};
  z.half[0] = _mm256_fmadd_ps(x.half[0], y.half[0], z.half[0]);
  z.half[1] = _mm256_fmadd_ps(x.half[1], y.half[1], z.half[1]);
  return z.whole;
#else
  for (int i = 0; i < kLanes; ++i) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return c;
#endif
}

// Halves onto halves: always the same tree.
VEGTTT_INLINE float sum(Lanes x) {
  x += __builtin_shuffle(x, IntLanes{8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15});
  x += __builtin_shuffle(x, IntLanes{4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7});
  x += __builtin_shuffle(x, IntLanes{2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3});
  return x[0] + x[1];
}

// e^x for x <= 88, within 2 units in the last place; 0 below -87. Cephes' polynomial after
// reduction by ln 2.
VEGTTT_INLINE Lanes exp(Lanes x) {
  const IntLanes tiny = x < -87.0f;
  const Lanes shift = all(12582912.0f);  // adding and taking it away rounds to the nearest integer
  const Lanes whole = fma(x, all(1.44269504088896341f), shift) - shift;
  const Lanes r = fma(whole, all(2.12194440e-4f), fma(whole, all(-0.693359375f), x));
  Lanes p = all(1.9875691500e-4f);
  p = fma(p, r, all(1.3981999507e-3f));
  p = fma(p, r, all(8.3334519073e-3f));
  p = fma(p, r, all(4.1665795894e-2f));
  p = fma(p, r, all(1.6666665459e-1f));
  p = fma(p, r, all(5.0000001201e-1f));
  p = fma(p, r * r, r + 1.0f);
  const IntLanes power = (__builtin_convertvector(whole, IntLanes) + 127) << 23;
  return (Lanes)((IntLanes)(p * (Lanes)power) & ~tiny);
}

}  // namespace vegttt::policy::invariant
