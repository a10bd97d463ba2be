// The comparison itself, on outputs made by hand; no process, no LibTorch.
#include "vegttt/evaluate/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace vegttt::evaluate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kPoison = 0xFFC12345u;

Expected expect_ones(std::vector<std::int64_t> sizes, float allowance = 1e-3f) {
  Expected expected;
  expected.sizes = sizes;
  const auto n = static_cast<std::size_t>(
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>()));
  expected.truth.assign(n, 1.0f);
  expected.allowance.assign(n, allowance);
  expected.largest_rms = kLargestRms;
  expected.shapes = "A 4x4";
  return expected;
}

template <class T>
records::InputCheck check(const Expected& expected, const std::vector<T>& output) {
  return check_output(expected, std::as_bytes(std::span(output)), 3, kPoison);
}

float poison() {
  float value = 0;
  std::memcpy(&value, &kPoison, 4);
  return value;
}

TEST(Verdict, AcceptsErrorsWithinTheAllowance) {
  std::vector<float> out(16, 1.0f);
  out[5] = 1.0009f;
  const auto result = check(expect_ones({4, 4}), out);
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.at, (std::vector<std::int64_t>{1, 1}));
  EXPECT_NEAR(result.largest_error, 0.9, 0.01);
  EXPECT_EQ(result.reason, "");
}

TEST(Verdict, NamesTheWorstElementAndItsAllowance) {
  std::vector<float> out(16, 1.0f);
  out[6] = 1.31f;
  out[9] = 1.01f;
  const auto result = check(expect_ones({4, 4}), out);
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.bad, 2);
  EXPECT_EQ(result.input_set, 3);
  EXPECT_EQ(result.reason,
            "largest error 0.31 at [1, 2] (got 1.31, expected 1), allowed 0.001; 2 of 16 elements; "
            "first bad flat index is 6");
}

TEST(Verdict, HintsAtTilesTailsAndForgottenElements) {
  std::vector<float> tile(256, 1.0f);
  tile[64] = tile[70] = 2.0f;
  EXPECT_THAT(check(expect_ones({256}), tile).reason,
              HasSubstr("first bad flat index 64 is a multiple of 64"));
  std::vector<float> tail(256, 1.0f);
  for (std::size_t i = 250; i < 256; ++i) tail[i] = poison();
  EXPECT_THAT(check(expect_ones({256}), tail).reason,
              HasSubstr("everything from flat index 250 on"));
  EXPECT_THAT(check(expect_ones({256}), tail).reason, HasSubstr("6 elements were never written"));
  EXPECT_EQ(check(expect_ones({256}), std::vector<float>(256, poison())).reason,
            "no element of out was written");
}

TEST(Verdict, RefusesWhatIsNotFinite) {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    std::vector<float> out(16, 1.0f);
    out[0] = bad;
    EXPECT_FALSE(check(expect_ones({16}), out).passed) << bad;
  }
  Expected infinite = expect_ones({2});
  infinite.truth[1] = INFINITY;
  EXPECT_TRUE(check(infinite, std::vector<float>{1.0f, INFINITY}).passed);
  EXPECT_FALSE(check(infinite, std::vector<float>{1.0f, -INFINITY}).passed);
  EXPECT_FALSE(check(infinite, std::vector<float>{1.0f, 3e38f}).passed);
}

TEST(Verdict, RefusesErrorsThatAreTooLargeOnTheWhole) {
  const auto result = check(expect_ones({16}), std::vector<float>(16, 1.0007f));
  EXPECT_EQ(result.bad, 0);
  EXPECT_FALSE(result.passed);
  EXPECT_THAT(result.reason, HasSubstr("errors too large on the whole"));
}

TEST(Verdict, IntegersAreExact) {
  Expected expected;
  expected.dtype = tasks::DType::kInt64;
  expected.sizes = {3};
  expected.integers = {0, 7, 12};
  EXPECT_TRUE(check(expected, std::vector<std::int64_t>{0, 7, 12}).passed);
  const auto result = check(expected, std::vector<std::int64_t>{0, 8, 12});
  EXPECT_FALSE(result.passed);
  EXPECT_THAT(result.reason, HasSubstr("8 at [1], expected 7"));
}

TEST(Verdict, PoisonIsNoAnswer) {
  for (const tasks::DType dtype : {tasks::DType::kFloat32, tasks::DType::kInt64}) {
    std::vector<std::byte> bytes(64);
    const std::uint32_t pattern = poison_output(bytes, dtype, 77);
    float as_float = 0;
    std::int64_t as_integer = 0;
    std::memcpy(&as_float, bytes.data(), 4);
    std::memcpy(&as_integer, bytes.data() + 8, 8);
    EXPECT_TRUE(std::isnan(as_float));
    EXPECT_LT(as_integer, 0);
    EXPECT_NE(pattern, poison_output(bytes, dtype, 78));
  }
}

TEST(Allowance, IsAQuarterOfWhatRoundedOperandsMove) {
  const std::vector<double> truth = {1, 1, 1}, moved = {1e-3, 4e-3, 1e-3};
  const auto allowance = allowances(truth, moved, rule_for(tasks::Contract::kFp32, 1));
  EXPECT_FLOAT_EQ(allowance[0], 2.5e-4f);
  EXPECT_FLOAT_EQ(allowance[1], 1e-3f);
}

TEST(Allowance, NeverTakesAnElementForFarBetterThanTheTypicalOne) {
  const std::vector<double> truth = {1, 1, 0}, moved = {1e-3, 1e-9, 0};
  const auto allowance = allowances(truth, moved, rule_for(tasks::Contract::kFp32, 1));
  EXPECT_GT(allowance[1], 1e-6f);
  EXPECT_GT(allowance[2], 0.0f);
}

// Error of a mean of squares with one float32 accumulator, over its allowance when rounded operands
// move nothing.
double naive_mean_ratio(int n) {
  float sum = 0;
  double exact = 0;
  std::uint32_t state = 1;
  for (int i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    const float value = static_cast<float>(state >> 8) * 0x1p-24f;
    sum += value * value;
    exact += static_cast<double>(value) * value;
  }
  const std::vector<double> truth = {exact / n};
  const auto allowance =
      allowances(truth, std::vector<double>{0.0}, rule_for(tasks::Contract::kFp32, n));
  return std::abs(sum / static_cast<float>(n) - truth[0]) / allowance[0];
}

TEST(Allowance, CoversNaiveAccumulationUpToAHundredThousandTerms) {
  for (const int bits : {8, 12, 15, 17}) EXPECT_LT(naive_mean_ratio(1 << bits), 1) << bits;
  EXPECT_GT(naive_mean_ratio(1 << 21), 10) << "one accumulator loses its small terms there";
}

TEST(Allowance, AbsoluteIsThePublicOne) {
  const auto allowance = allowances(std::vector<double>{0, -10}, {}, public_rule());
  EXPECT_FLOAT_EQ(allowance[0], 1e-4f);
  EXPECT_FLOAT_EQ(allowance[1], 1.1e-3f);
}

}  // namespace
}  // namespace vegttt::evaluate
