// How much of every thread's stack (local memory) is scrubbed between launches.
#pragma once

#include <array>
#include <cstdint>

namespace vegttt::evaluate::device {

// What the driver adds to a kernel's own need where that is not known, as with recursion. Half of
// its default: every repetition pays for scrubbing it.
inline constexpr std::uint64_t kStackBytes = 512;
inline constexpr std::uint64_t kUsualStackBytes = 1024;

// A kernel of kernels/evaluate/helpers.cu for each: bytes of a thread.
inline constexpr std::array<std::uint64_t, 8> kStackScrubs = {
    512, 1024, 2048, 4096, 8192, 16384, 32768, 66560};

// The most that a kernel may need: what lies beyond could not be scrubbed.
inline constexpr std::uint64_t kMostStackBytes = 64 << 10;
static_assert(kMostStackBytes + kUsualStackBytes <= kStackScrubs.back());

// The place in kStackScrubs of the least that covers these bytes; the last when none does.
constexpr std::size_t stack_scrub_for(std::uint64_t bytes) {
  std::size_t i = 0;
  while (i + 1 < kStackScrubs.size() && kStackScrubs[i] < bytes) ++i;
  return i;
}

}  // namespace vegttt::evaluate::device
