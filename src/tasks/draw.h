// Random values by index: element i of a stream depends on the stream's key and i alone, so blocks
// can be filled by any thread in any order. A cheap hash, not Philox: these are tensor values,
// gigabytes of them.
#pragma once

#include <cstdint>

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

std::uint64_t mix64(std::uint64_t x);

// Fill elements [block * kBlock, ...) of a stream, `count` <= kBlock of them, starting at `out`.
void draw_block(
    float* out, std::int64_t count, std::uint64_t key, std::int64_t block, const Draw& draw);
void draw_uniform_block(
    float* out, std::int64_t count, std::uint64_t key, std::int64_t block, float low, float high);
void draw_bits_block(std::uint8_t* out, std::int64_t count, std::uint64_t key, std::int64_t block);
void draw_below_block(
    std::int64_t* out, std::int64_t count, std::uint64_t key, std::int64_t block, std::int64_t n);

// One value moved to a hostile place near it: above (true) or below the nearest 10-bit number by
// 0.45 units.
float beside_tenth_bit(float value, bool above);
// `value` as `rounding` wants it; `bits` are random.
float hostile(float value, Rounding rounding, std::uint32_t bits);

}  // namespace vegttt::tasks
