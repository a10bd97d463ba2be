#include "draw.h"

#include <bit>
#include <cmath>

namespace vegttt::tasks {
namespace {

constexpr std::uint32_t kTenthBit = 0x2000;  // of a float32 mantissa
constexpr float kUnitVariance = 1.23f;       // of the quantile function below

struct BlockKey {
  std::uint32_t a, b;
};

BlockKey key_of(std::uint64_t key, std::int64_t block) {
  const std::uint64_t mixed =
      mix64(key + 0x9E3779B97F4A7C15ull * static_cast<std::uint64_t>(block + 1));
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
inline std::uint32_t round_mixed_bits(std::uint32_t b,
                                      std::uint32_t random,
                                      std::uint32_t up_of_four) {
  const std::uint32_t tenth = (b + kTenthBit / 2) & ~(kTenthBit - 1);
  const std::uint32_t offset = 0xC00u + (b & 0x3FFu);
  return (random & 3u) < up_of_four ? tenth - offset : tenth + offset;
}

template <Rounding rounding>
inline float hostile_as(float value, std::uint32_t random) {
  const auto b = std::bit_cast<std::uint32_t>(value);
  if (too_small(b)) return value;
  if constexpr (rounding == Rounding::kDown)
    return std::bit_cast<float>(one_sided_bits<true>(b, random));
  if constexpr (rounding == Rounding::kUp)
    return std::bit_cast<float>(one_sided_bits<false>(b, random));
  if constexpr (rounding == Rounding::kMixed)
    return std::bit_cast<float>(round_mixed_bits(b, random, 1));
  if constexpr (rounding == Rounding::kEven)
    return std::bit_cast<float>(round_mixed_bits(b, random, 2));
  return value;
}

template <Rounding rounding>
void fill_around(float* out, std::uint32_t count, BlockKey key, float mean, float scale) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t h = hash32(i, key);
    out[i] = hostile_as<rounding>(mean + scale * heavy_tailed(signed_unit(h)), h);
  }
}

void fill_near_one(float* out, std::uint32_t count, BlockKey key, float scale) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t h = hash32(i, key);
    const float magnitude =
        hostile_as<Rounding::kEven>(1.0f + scale * heavy_tailed(signed_unit(h)), h);
    out[i] = (h & 4u) ? -magnitude : magnitude;
  }
}

}  // namespace

std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

void draw_block(
    float* out, std::int64_t count, std::uint64_t key, std::int64_t block, const Draw& draw) {
  const BlockKey block_key = key_of(key, block);
  const auto n = static_cast<std::uint32_t>(count);
  if (draw.near_one) return fill_near_one(out, n, block_key, draw.scale);
  const float spread = std::exp2(draw.block_spread * signed_unit(hash32(0xB10CBEEFu, block_key)));
  const float scale = draw.scale * spread;
  switch (draw.rounding) {
    case Rounding::kAny:
      return fill_around<Rounding::kAny>(out, n, block_key, draw.mean, scale);
    case Rounding::kMixed:
      return fill_around<Rounding::kMixed>(out, n, block_key, draw.mean, scale);
    case Rounding::kEven:
      return fill_around<Rounding::kEven>(out, n, block_key, draw.mean, scale);
    case Rounding::kDown:
      return fill_around<Rounding::kDown>(out, n, block_key, draw.mean, scale);
    case Rounding::kUp:
      return fill_around<Rounding::kUp>(out, n, block_key, draw.mean, scale);
  }
}

void draw_uniform_block(
    float* out, std::int64_t count, std::uint64_t key, std::int64_t block, float low, float high) {
  const BlockKey block_key = key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i) {
    out[i] = low + (high - low) * (static_cast<float>(hash32(i, block_key) >> 8) * 0x1p-24f);
  }
}

void draw_bits_block(std::uint8_t* out, std::int64_t count, std::uint64_t key, std::int64_t block) {
  const BlockKey block_key = key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i) {
    out[i] = static_cast<std::uint8_t>(hash32(i, block_key) >> 31);
  }
}

void draw_below_block(
    std::int64_t* out, std::int64_t count, std::uint64_t key, std::int64_t block, std::int64_t n) {
  const BlockKey block_key = key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i) {
    const std::uint64_t wide =
        (std::uint64_t{hash32(i, block_key)} << 21) ^ hash32(~i, block_key);  // 53 bits
    out[i] = static_cast<std::int64_t>(static_cast<double>(wide & ((1ull << 53) - 1)) * 0x1p-53 *
                                       static_cast<double>(n));
  }
}

float beside_tenth_bit(float value, bool above) {
  const std::uint32_t tenth =
      (std::bit_cast<std::uint32_t>(value) + kTenthBit / 2) & ~(kTenthBit - 1);
  return std::bit_cast<float>(above ? tenth + 0xE66u : tenth - 0xE66u);
}

float hostile(float value, Rounding rounding, std::uint32_t bits) {
  switch (rounding) {
    case Rounding::kAny:
      return value;
    case Rounding::kMixed:
      return hostile_as<Rounding::kMixed>(value, bits);
    case Rounding::kEven:
      return hostile_as<Rounding::kEven>(value, bits);
    case Rounding::kDown:
      return hostile_as<Rounding::kDown>(value, bits);
    case Rounding::kUp:
      return hostile_as<Rounding::kUp>(value, bits);
  }
  return value;
}

}  // namespace vegttt::tasks
