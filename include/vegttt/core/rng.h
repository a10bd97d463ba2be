#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace vegttt::core {

// Ten rounds of Philox4x32, as published.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key);

// Counter-based random numbers (Philox4x32-10, Salmon et al. 2011): the value is a function of key
// and counter alone, so that any order of evaluation, any batch and any resume gives the same
// numbers.
class CounterRng {
 public:
  explicit CounterRng(std::uint64_t key) : key_(key) {}
  // A key from named parts, for instance {"sample", "42", "L1/4", "3"}; the order of parts matters.
  static CounterRng of(std::initializer_list<std::string_view> parts);

  std::uint64_t key() const { return key_; }
  std::array<std::uint32_t, 4> block(std::uint64_t counter) const;
  std::uint64_t bits(std::uint64_t counter) const;
  double uniform(std::uint64_t counter) const;                      // [0, 1), 53 bits
  double normal(std::uint64_t counter) const;                       // Box-Muller of one block
  std::int64_t below(std::uint64_t counter, std::int64_t n) const;  // 0 .. n-1

 private:
  std::uint64_t key_;
};

// A sequential stream over a CounterRng.
class RandomStream {
 public:
  explicit RandomStream(CounterRng rng) : rng_(rng) {}
  double uniform() { return rng_.uniform(next_++); }
  double normal() { return rng_.normal(next_++); }
  std::int64_t below(std::int64_t n) { return rng_.below(next_++, n); }
  std::uint64_t position() const { return next_; }

 private:
  CounterRng rng_;
  std::uint64_t next_ = 0;
};

}  // namespace vegttt::core
