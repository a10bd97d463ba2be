// Random values of inputs, for the host (src/tasks/draw.cpp) and the device (judge.cu) alike: element i of a stream
// depends on the stream's key and i alone, so that any thread can fill any part in any order. A cheap hash, not
// Philox: these are tensor values, gigabytes of them.
#pragma once

#ifndef __CUDACC_RTC__
#include <cmath>
#include <cstdint>
#endif

namespace vegttt::tasks {

// Values keep at least 20 random mantissa bits, but lie so that rounding them to the 10 bits of
// fp16 or TF32 is as wrong as it can be: 0.375 to 0.5 units of the tenth bit away from the nearest
// such number.
enum class Rounding {
  kAny,    // left as drawn
  kMixed,  // three quarters round towards zero, the rest away: errors survive a sum and do not
           // cancel in a ratio
  kEven,   // half and half: for products, whose drift would grow with length
  kDown,   // all round towards zero, at 7 bits (bf16) too: the error survives any mean
  kUp,     // all round away from zero, likewise
};

// Heavy-tailed values: mean + scale * z, z of unit variance, |z| < 7.
struct Draw {
  float mean = 0;
  float scale = 1;
  float block_spread = 0;  // each block of 4096 elements has its own scale, up to 2^+-block_spread
  bool near_one = false;   // +-(1 + scale * z) instead: magnitudes near 1 with a fair sign
  Rounding rounding = Rounding::kMixed;
};

constexpr std::int64_t kBlock = 4096;

namespace values {

constexpr std::uint32_t kTenthBit = 0x2000;  // of a float32 mantissa
constexpr float kUnitVariance = 1.23f;       // of the quantile function below

inline std::uint32_t bits_of(float value) { return __builtin_bit_cast(std::uint32_t, value); }
inline float float_of(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

inline std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

struct BlockKey {
  std::uint32_t a, b;
};

inline BlockKey key_of(std::uint64_t key, std::int64_t block) {
  const std::uint64_t mixed = mix64(key + 0x9E3779B97F4A7C15ull * static_cast<std::uint64_t>(block + 1));
  return {static_cast<std::uint32_t>(mixed), static_cast<std::uint32_t>(mixed >> 32)};
}

// Wellons' lowbias32 with a second key word between the multiplications.
inline std::uint32_t hash32(std::uint32_t i, BlockKey key) {
  std::uint32_t x = i * 0x9E3779B9u + key.a;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x ^= key.b;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

// (-1, 1) from the upper 24 bits, never 0.
inline float signed_unit(std::uint32_t h) {
  return static_cast<float>(static_cast<std::int32_t>(h >> 8) - 0x800000) * 0x1p-23f + 0x1p-24f;
}

// Nearly uniform in the middle, with tails up to 6.8 standard deviations; no call, so that it
// vectorises.
inline float heavy_tailed(float u) { return kUnitVariance * u * (1.0f + 0.05f / (1.01f - u * u)); }

// Away from a 7-bit number by 1 to 3 units of the tenth bit and 0.375 to 0.5 more.
template <bool down>
inline std::uint32_t one_sided_bits(std::uint32_t b, std::uint32_t random) {
  const std::uint32_t seventh = (b + 0x8000u) & ~0xFFFFu;
  const std::uint32_t k = 1 + (((random & 255u) * 3u) >> 8);
  const std::uint32_t offset = k * kTenthBit + 0xC00u + (b & 0x3FFu);
  return down ? seventh + offset : seventh - offset;
}

// Zero and denormals have no such neighbours: below them lie NaNs.
inline bool too_small(std::uint32_t b) { return (b & 0x7F800000u) == 0; }

// up_of_four: how many of four values round away from zero.
inline std::uint32_t round_mixed_bits(std::uint32_t b, std::uint32_t random, std::uint32_t up_of_four) {
  const std::uint32_t tenth = (b + kTenthBit / 2) & ~(kTenthBit - 1);
  const std::uint32_t offset = 0xC00u + (b & 0x3FFu);
  return (random & 3u) < up_of_four ? tenth - offset : tenth + offset;
}

template <Rounding rounding>
inline float hostile_as(float value, std::uint32_t random) {
  const std::uint32_t b = bits_of(value);
  if (too_small(b)) return value;
  if constexpr (rounding == Rounding::kDown) return float_of(one_sided_bits<true>(b, random));
  if constexpr (rounding == Rounding::kUp) return float_of(one_sided_bits<false>(b, random));
  if constexpr (rounding == Rounding::kMixed) return float_of(round_mixed_bits(b, random, 1));
  if constexpr (rounding == Rounding::kEven) return float_of(round_mixed_bits(b, random, 2));
  return value;
}

// `value` as `rounding` wants it; `bits` are random.
inline float hostile(float value, Rounding rounding, std::uint32_t bits) {
  switch (rounding) {
    case Rounding::kMixed:
      return hostile_as<Rounding::kMixed>(value, bits);
    case Rounding::kEven:
      return hostile_as<Rounding::kEven>(value, bits);
    case Rounding::kDown:
      return hostile_as<Rounding::kDown>(value, bits);
    case Rounding::kUp:
      return hostile_as<Rounding::kUp>(value, bits);
    default:
      return value;
  }
}

// Element i of a block; `scale` has the block's spread in it.
template <Rounding rounding>
inline float around(std::uint32_t i, BlockKey key, float mean, float scale) {
  const std::uint32_t h = hash32(i, key);
  return hostile_as<rounding>(mean + scale * heavy_tailed(signed_unit(h)), h);
}

inline float near_one(std::uint32_t i, BlockKey key, float scale) {
  const std::uint32_t h = hash32(i, key);
  const float magnitude = hostile_as<Rounding::kEven>(1.0f + scale * heavy_tailed(signed_unit(h)), h);
  return (h & 4u) ? -magnitude : magnitude;
}

inline float spread_of_block(BlockKey key, float block_spread) {
  return ::exp2f(block_spread * signed_unit(hash32(0xB10CBEEFu, key)));
}

// Element i of a stream, the slow way.
inline float heavy_value(std::int64_t i, std::uint64_t key, const Draw& draw) {
  const BlockKey block = key_of(key, i / kBlock);
  const std::uint32_t in_block = static_cast<std::uint32_t>(i % kBlock);
  if (draw.near_one) return near_one(in_block, block, draw.scale);
  const std::uint32_t h = hash32(in_block, block);
  const float scale = draw.scale * spread_of_block(block, draw.block_spread);
  return hostile(draw.mean + scale * heavy_tailed(signed_unit(h)), draw.rounding, h);
}

inline float uniform_value(std::uint32_t i, BlockKey key, float low, float high) {
  return low + (high - low) * (static_cast<float>(hash32(i, key) >> 8) * 0x1p-24f);
}

inline std::uint8_t fair_bit(std::uint32_t i, BlockKey key) { return static_cast<std::uint8_t>(hash32(i, key) >> 31); }

inline std::int64_t below_value(std::uint32_t i, BlockKey key, std::int64_t n) {
  const std::uint64_t wide = (std::uint64_t{hash32(i, key)} << 21) ^ hash32(~i, key);  // 53 bits
  return static_cast<std::int64_t>(static_cast<double>(wide & ((1ull << 53) - 1)) * 0x1p-53 * static_cast<double>(n));
}

}  // namespace values
}  // namespace vegttt::tasks
