// CPython's random.Random, as far as shuffling needs it: MT19937 seeded by init_by_array,
// getrandbits with rejection.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace vegttt::tasks {

class PythonRandom {
 public:
  // random.seed(int): the absolute value's 32-bit words, least significant first.
  explicit PythonRandom(std::int64_t seed);

  std::uint32_t next();                  // genrand_uint32
  std::uint32_t bits(int count);         // getrandbits, 1 <= count <= 32
  std::uint32_t below(std::uint32_t n);  // _randbelow_with_getrandbits, n >= 1

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i-- > 1;)
      std::swap(items[i], items[below(static_cast<std::uint32_t>(i + 1))]);
  }

 private:
  void refill();
  std::array<std::uint32_t, 624> state_;
  std::size_t index_ = 624;
};

}  // namespace vegttt::tasks
