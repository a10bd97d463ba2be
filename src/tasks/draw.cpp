#include "draw.h"

namespace vegttt::tasks {
namespace {

using values::BlockKey;

template <Rounding rounding>
void fill_around(float* out, std::uint32_t count, BlockKey key, float mean, float scale) {
  for (std::uint32_t i = 0; i < count; ++i) out[i] = values::around<rounding>(i, key, mean, scale);
}

void fill_near_one(float* out, std::uint32_t count, BlockKey key, float scale) {
  for (std::uint32_t i = 0; i < count; ++i) out[i] = values::near_one(i, key, scale);
}

}  // namespace

void draw_block(
    float* out, std::int64_t count, std::uint64_t key, std::int64_t block, const Draw& draw) {
  const BlockKey block_key = values::key_of(key, block);
  const auto n = static_cast<std::uint32_t>(count);
  if (draw.near_one) return fill_near_one(out, n, block_key, draw.scale);
  const float scale = draw.scale * values::spread_of_block(block_key, draw.block_spread);
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
  const BlockKey block_key = values::key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i)
    out[i] = values::uniform_value(i, block_key, low, high);
}

void draw_bits_block(std::uint8_t* out, std::int64_t count, std::uint64_t key, std::int64_t block) {
  const BlockKey block_key = values::key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i)
    out[i] = values::fair_bit(i, block_key);
}

void draw_below_block(
    std::int64_t* out, std::int64_t count, std::uint64_t key, std::int64_t block, std::int64_t n) {
  const BlockKey block_key = values::key_of(key, block);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(count); ++i)
    out[i] = values::below_value(i, block_key, n);
}

float beside_tenth_bit(float value, bool above) {
  const std::uint32_t tenth =
      (values::bits_of(value) + values::kTenthBit / 2) & ~(values::kTenthBit - 1);
  return values::float_of(above ? tenth + 0xE66u : tenth - 0xE66u);
}

}  // namespace vegttt::tasks
