// How long the stream is held back so that all of a plan is queued behind it.
#pragma once

#include <algorithm>
#include <cstddef>

namespace vegttt::evaluate::device {

inline constexpr double kLongestBlock_us = 20000;

// Before anything is known of a plan: the driver's first launch of a kernel takes longest.
inline double first_block_us(std::size_t nodes) {
  return std::min(kLongestBlock_us, 80 + 6 * static_cast<double>(nodes));
}

// After queueing took `queue_us`: grown when that was too long for `block_us`, else slowly back to
// twice of what it takes, since every repetition pays for it.
inline double next_block_us(double block_us, double queue_us, std::size_t nodes) {
  if (queue_us >= block_us)
    return std::min(kLongestBlock_us, std::max(2 * block_us, 1.5 * queue_us));
  const double least_us = 25 + 4 * static_cast<double>(nodes);
  return std::min(kLongestBlock_us, std::max({least_us, 2 * queue_us, 0.8 * block_us}));
}

}  // namespace vegttt::evaluate::device
