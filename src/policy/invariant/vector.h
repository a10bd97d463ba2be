// Sixteen float lanes as GCC vectors: one AVX-512 register or two of AVX2, with the same results.
#pragma once

#include <cstdint>
#include <cstring>

namespace vegttt::policy::invariant {

using Lanes = float __attribute__((vector_size(64)));
using IntLanes = std::int32_t __attribute__((vector_size(64)));
inline constexpr std::int64_t kLanes = 16;

#define VEGTTT_INLINE inline __attribute__((always_inline))
// Built for the instruction sets that matter; the loader picks one. Helpers must be VEGTTT_INLINE.
#define VEGTTT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))

VEGTTT_INLINE void load(Lanes& to, const float* from) { std::memcpy(&to, from, sizeof(to)); }
VEGTTT_INLINE void store(float* to, const Lanes& from) { std::memcpy(to, &from, sizeof(from)); }
VEGTTT_INLINE void load_some(Lanes& to, const float* from, std::int64_t count) {
  to = Lanes{};
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i];
}
VEGTTT_INLINE void fill(Lanes& to, float value) { to = Lanes{} + value; }

// Always the same tree, whatever the instruction set.
VEGTTT_INLINE float sum(const Lanes& x) {
  float part[kLanes];
  std::memcpy(part, &x, sizeof(x));
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) part[i] += part[i + width];
  }
  return part[0];
}

// e^x for x <= 88, within 2 units in the last place; 0 below -87. Cephes' polynomial after reduction by ln 2.
VEGTTT_INLINE void exp(Lanes& x) {
  const IntLanes tiny = x < -87.0f;
  const Lanes scaled = x * 1.44269504088896341f;
  const Lanes shift = Lanes{} + 12582912.0f;  // adding and taking it away rounds to the nearest integer
  const Lanes whole = (scaled + shift) - shift;
  const Lanes r = (x - whole * 0.693359375f) - whole * -2.12194440e-4f;
  Lanes p = Lanes{} + 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.0f);
  const IntLanes bits = (__builtin_convertvector(whole, IntLanes) + 127) << 23;
  Lanes power;
  std::memcpy(&power, &bits, sizeof(power));
  const Lanes value = p * power;
  IntLanes masked;
  std::memcpy(&masked, &value, sizeof(masked));
  masked &= ~tiny;
  std::memcpy(&x, &masked, sizeof(x));
}

}  // namespace vegttt::policy::invariant
