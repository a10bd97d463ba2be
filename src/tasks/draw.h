// Streams of values on the host, a block of 4096 elements at a time. What is drawn:
// kernels/evaluate/values.h, which the device uses too.
#pragma once

#include <cstdint>

#include "evaluate/values.h"

namespace vegttt::tasks {

using values::hostile;
using values::mix64;

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

}  // namespace vegttt::tasks
