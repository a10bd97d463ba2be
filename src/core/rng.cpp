#include "vegttt/core/rng.h"

#include <cmath>
#include <numbers>

#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"

namespace vegttt::core {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr std::uint32_t kMultiplier0 = 0xD2511F53u, kMultiplier1 = 0xCD9E8D57u;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9u, kWeyl1 = 0xBB67AE85u;

std::array<std::uint32_t, 4> round_of(const std::array<std::uint32_t, 4>& c,
                                      std::uint32_t k0,
                                      std::uint32_t k1) {
  const std::uint64_t p0 = std::uint64_t{kMultiplier0} * c[0];
  const std::uint64_t p1 = std::uint64_t{kMultiplier1} * c[2];
  return {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0,
          static_cast<std::uint32_t>(p1),
          static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1,
          static_cast<std::uint32_t>(p0)};
}

double unit_interval(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  for (int i = 0; i < 10; ++i) {
    counter = round_of(counter, key[0], key[1]);
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

CounterRng CounterRng::of(std::initializer_list<std::string_view> parts) {
  // Lengths keep {"ab", "c"} and {"a", "bc"} apart.
  std::string text;
  for (const auto part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  return CounterRng(hash64(text));
}

std::array<std::uint32_t, 4> CounterRng::block(std::uint64_t counter) const {
  return philox4x32_10(
      {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0},
      {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)});
}

std::uint64_t CounterRng::bits(std::uint64_t counter) const {
  const auto b = block(counter);
  return (std::uint64_t{b[1]} << 32) | b[0];
}

double CounterRng::uniform(std::uint64_t counter) const { return unit_interval(bits(counter)); }

double CounterRng::normal(std::uint64_t counter) const {
  const auto b = block(counter);
  const double u = unit_interval((std::uint64_t{b[1]} << 32) | b[0]);
  const double v = unit_interval((std::uint64_t{b[3]} << 32) | b[2]);
  return std::sqrt(-2.0 * std::log1p(-u)) * std::cos(2.0 * std::numbers::pi * v);
}

std::int64_t CounterRng::below(std::uint64_t counter, std::int64_t n) const {
  VEGTTT_ASSERT(n > 0, "a range to draw from");
  // Multiply-shift; the bias of n / 2^64 is far below what any sample could show.
  const auto wide = static_cast<Uint128>(bits(counter)) * static_cast<Uint128>(n);
  return static_cast<std::int64_t>(wide >> 64);
}

}  // namespace vegttt::core
