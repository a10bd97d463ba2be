#include "python_random.h"

#include <algorithm>
#include <bit>

namespace vegttt::tasks {
namespace {

constexpr std::size_t kSize = 624, kShift = 397;

void init_genrand(std::array<std::uint32_t, kSize>& state, std::uint32_t seed) {
  state[0] = seed;
  for (std::size_t i = 1; i < kSize; ++i) {
    state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + static_cast<std::uint32_t>(i);
  }
}

std::vector<std::uint32_t> words_of(std::int64_t seed) {
  const std::uint64_t magnitude =
      seed < 0 ? 0 - static_cast<std::uint64_t>(seed) : static_cast<std::uint64_t>(seed);
  std::vector<std::uint32_t> words = {static_cast<std::uint32_t>(magnitude)};
  if (magnitude >> 32) words.push_back(static_cast<std::uint32_t>(magnitude >> 32));
  return words;
}

}  // namespace

PythonRandom::PythonRandom(std::int64_t seed) {
  const std::vector<std::uint32_t> key = words_of(seed);
  init_genrand(state_, 19650218U);
  std::size_t i = 1, j = 0;
  const auto previous = [&] { return state_[i - 1] ^ (state_[i - 1] >> 30); };
  const auto advance = [&] {
    if (++i < kSize) return;
    state_[0] = state_[kSize - 1];
    i = 1;
  };
  for (std::size_t k = std::max(kSize, key.size()); k > 0; --k) {
    state_[i] = (state_[i] ^ (previous() * 1664525U)) + key[j] + static_cast<std::uint32_t>(j);
    advance();
    j = (j + 1) % key.size();
  }
  for (std::size_t k = kSize - 1; k > 0; --k) {
    state_[i] = (state_[i] ^ (previous() * 1566083941U)) - static_cast<std::uint32_t>(i);
    advance();
  }
  state_[0] = 0x80000000U;
}

void PythonRandom::refill() {
  for (std::size_t i = 0; i < kSize; ++i) {
    const std::uint32_t y = (state_[i] & 0x80000000U) | (state_[(i + 1) % kSize] & 0x7fffffffU);
    state_[i] = state_[(i + kShift) % kSize] ^ (y >> 1) ^ ((y & 1U) ? 0x9908b0dfU : 0U);
  }
  index_ = 0;
}

std::uint32_t PythonRandom::next() {
  if (index_ >= kSize) refill();
  std::uint32_t y = state_[index_++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680U;
  y ^= (y << 15) & 0xefc60000U;
  return y ^ (y >> 18);
}

std::uint32_t PythonRandom::bits(int count) { return next() >> (32 - count); }

std::uint32_t PythonRandom::below(std::uint32_t n) {
  const int width = std::bit_width(n);
  std::uint32_t value = bits(width);
  while (value >= n) value = bits(width);
  return value;
}

}  // namespace vegttt::tasks
