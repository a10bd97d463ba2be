#include "vegttt/core/rng.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vegttt::core {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, EqualsThePublishedVectors) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(CounterRng, IsAFunctionOfKeyAndCounterAlone) {
  const auto rng = CounterRng::of({"sample", "42", "L1/4", "3"});
  const double later = rng.uniform(1000);
  rng.uniform(1);
  EXPECT_EQ(rng.uniform(1000), later);
  EXPECT_EQ(CounterRng::of({"sample", "42", "L1/4", "3"}).uniform(1000), later);
  EXPECT_NE(CounterRng::of({"sample", "42", "L1/43"}).key(),
            CounterRng::of({"sample", "42", "L1/4", "3"}).key());
}

TEST(CounterRng, DrawsUniformAndNormalNumbersWithTheRightMoments) {
  const CounterRng rng(7);
  constexpr int kDraws = 200000;
  double sum = 0, normal_sum = 0, normal_square = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform(i);
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    const double z = rng.normal(i);
    sum += u;
    normal_sum += z;
    normal_square += z * z;
  }
  // Five standard errors each.
  EXPECT_NEAR(sum / kDraws, 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(normal_sum / kDraws, 0, 5 / std::sqrt(kDraws));
  EXPECT_NEAR(normal_square / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
}

TEST(CounterRng, DrawsEveryValueBelowN) {
  const CounterRng rng(9);
  std::array<int, 7> seen{};
  for (int i = 0; i < 7000; ++i) ++seen.at(static_cast<std::size_t>(rng.below(i, 7)));
  for (const int count : seen) EXPECT_NEAR(count, 1000, 5 * std::sqrt(1000.0));
}

}  // namespace
}  // namespace vegttt::core
