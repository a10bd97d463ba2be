// The judge's kernels run here by one thread, held against the host's own verdicts and values. What
// a warp does together is left to tests on a GPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../src/evaluate/cuda/helpers.h"
#include "evaluate/tolerance.h"
#include "evaluate/values.h"
#include "vegttt/evaluate/verdict.h"

namespace {

struct Dimension {
  unsigned x;
};
constexpr Dimension blockIdx{0}, threadIdx{0}, blockDim{1}, gridDim{1};

struct Workspace {};

inline float __uint_as_float(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }
inline std::uint32_t __float_as_uint(float value) {
  return __builtin_bit_cast(std::uint32_t, value);
}
// One thread is its own warp: the others have found nothing.
template <class T>
T __shfl_xor_sync(unsigned, T, int) {
  return T{};
}
inline void __syncthreads() {}
inline void atomicAdd(double* to, double value) { *to += value; }
inline void atomicAdd(unsigned long long* to, unsigned long long value) { *to += value; }
inline void atomicMax(unsigned long long* to, unsigned long long value) {
  *to = std::max(*to, value);
}
using std::isfinite;
using std::isnan;

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(n)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "evaluate/judge.cu"
#pragma GCC diagnostic pop

}  // namespace

namespace vegttt::evaluate {
namespace {

constexpr std::uint32_t kPoison = 0xFFC12345u;

std::vector<std::uint16_t> as_bf16(const std::vector<float>& values) {
  std::vector<std::uint16_t> result;
  for (const float value : values) result.push_back(to_bf16(value));
  return result;
}

TEST(JudgeKernels, CompileForTheDevice) {
  const std::string& cubin = judge_cubin();
  for (const char* name : {"vegttt_heavy", "vegttt_widen", "vegttt_raise", "vegttt_judge_floats"})
    EXPECT_NE(cubin.find(name), std::string::npos) << name;
}

TEST(JudgeKernels, DrawWhatTheHostDraws) {
  HeavyCases how{};
  how.draws[0] = {0.5f, 2.0f, 0.5f, false, tasks::Rounding::kMixed};
  how.draws[1] = {-0.5f, 0.1f, 0.5f, false, tasks::Rounding::kDown};
  how.cases = 2;
  how.slice = 1000;
  std::vector<float> out(10000);
  vegttt_heavy(out.data(), out.size(), 7, how);
  for (const std::size_t i : {std::size_t{0}, std::size_t{999}, std::size_t{1000}, out.size() - 1})
    EXPECT_EQ(out[i],
              tasks::values::heavy_value(static_cast<std::int64_t>(i), 7, how.draws[i / 1000 % 2]));
}

TEST(JudgeKernels, WidenRoundAndMoveAsTheHostDoes) {
  const std::vector<float> in = {1.0f + 0x1p-11f, -3.0f, 1e-30f, 0.0f};
  std::vector<double> out(in.size());
  vegttt_widen(in.data(), out.data(), in.size(), kExact, 0, 0, 0, 0);
  EXPECT_EQ(out[0], in[0]);
  vegttt_widen(in.data(), out.data(), in.size(), kShortened, tolerance::kTf32Dropped, 0, 0, 0);
  EXPECT_EQ(out[0], 1.0) << "half a unit of TF32 goes to the even neighbour";
  vegttt_widen(in.data(), out.data(), in.size(), kMoved, 0, 0x1p-11, 5, 0x51);
  EXPECT_EQ(out[1], tolerance::moved(-3.0, 6, 0x51, 0x1p-11));
}

TEST(JudgeKernels, KeepTheLargestDisplacement) {
  const std::vector<float> truth = {1, 1, 1};
  std::vector<std::uint16_t> displacement(3, 0xFFFF);
  const std::vector<double> near = {1.5, 1.25, NAN}, far = {1.125, 3, 1};
  vegttt_raise(displacement.data(), near.data(), truth.data(), 3, 1);
  vegttt_raise(displacement.data(), far.data(), truth.data(), 3, 0);
  EXPECT_EQ(of_bf16(displacement[0]), 0.5f);
  EXPECT_EQ(of_bf16(displacement[1]), 2.0f);
  EXPECT_TRUE(std::isnan(of_bf16(displacement[2]))) << "what is not a number stays one";
}

struct Case {
  std::vector<float> truth, moved, out;
};

Case some_case() {
  Case c;
  for (int i = 0; i < 1000; ++i) {
    c.truth.push_back(std::sin(static_cast<float>(i)));
    c.moved.push_back(1e-3f);
    c.out.push_back(c.truth.back() + 1e-4f * static_cast<float>(i % 3));
  }
  c.truth[17] = c.out[17] = INFINITY;
  return c;
}

::Tally judged(const Case& c, const CheckRules& rules) {
  ::Tally tally{};
  vegttt_judge_floats(
      c.out.data(), c.truth.data(), as_bf16(c.moved).data(), c.out.size(), rules, kPoison, &tally);
  return tally;
}

// The same verdict as check_output over the same allowances.
void expect_the_hosts_verdict(const Case& c) {
  const tolerance::Rule rule = [] {
    tolerance::Rule fp32 = rule_for(tasks::Contract::kFp32, 1);
    fp32.typical = 5e-4;
    return fp32;
  }();
  CheckRules rules{};
  rules.rules[0] = rule;
  rules.cases = 1;
  const ::Tally tally = judged(c, rules);
  Expected expected;
  expected.sizes = {static_cast<std::int64_t>(c.truth.size())};
  expected.truth = c.truth;
  for (std::size_t i = 0; i < c.truth.size(); ++i)
    expected.allowance.push_back(
        static_cast<float>(tolerance::allowance(c.truth[i], of_bf16(to_bf16(c.moved[i])), rule)));
  expected.largest_rms = kLargestRms;
  const auto check = check_output(expected, std::as_bytes(std::span(c.out)), 0, kPoison);
  EXPECT_EQ(static_cast<std::int64_t>(tally.bad), check.bad);
  const auto worst = static_cast<std::uint32_t>(~tally.worst);
  EXPECT_EQ(check.at, std::vector<std::int64_t>{worst});
  EXPECT_NEAR(__uint_as_float(static_cast<std::uint32_t>(tally.worst >> 32)) / check.largest_error,
              1,
              1e-5);
}

TEST(JudgeKernels, JudgeAsTheHostDoes) {
  Case c = some_case();
  expect_the_hosts_verdict(c);
  c.out[501] += 1e-2f;
  c.out[640] += 1e-2f;
  expect_the_hosts_verdict(c);
}

TEST(JudgeKernels, FindTheFirstAndTheLastBadElementAndWhatWasNotWritten) {
  Case c = some_case();
  c.out[3] = 9;
  c.out[900] = NAN;
  std::memcpy(&c.out[400], &kPoison, 4);
  CheckRules rules{};
  rules.rules[0] = rule_for(tasks::Contract::kFp32, 1);
  rules.cases = 1;
  const ::Tally tally = judged(c, rules);
  EXPECT_EQ(~tally.first_inverted, 3u);
  EXPECT_EQ(tally.last, 900u);
  EXPECT_EQ(tally.untouched, 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(~tally.worst), 400u) << "the first of two infinite ratios";
}

TEST(JudgeKernels, SlicesTakeTurnsInTheRules) {
  Case c;
  c.truth.assign(60, 1.0f);
  c.moved.assign(60, 0.0f);
  c.out.assign(60, 1.01f);
  CheckRules rules{};
  for (tolerance::Rule& rule : rules.rules) rule.relative = 0.1;
  rules.rules[2].relative = 1e-3;
  rules.cases = 3;
  rules.slice = 10;
  rules.first_slice = 1;  // slices 1 2 0 1 2 0
  const ::Tally tally = judged(c, rules);
  EXPECT_EQ(tally.bad, 20u);
  EXPECT_EQ(~tally.first_inverted, 10u);
  EXPECT_EQ(tally.last, 49u);
}

TEST(JudgeKernels, IntegersAreExact) {
  const std::vector<std::int64_t> truth = {1, 2, 3}, out = {1, 2, 4};
  ::Tally tally{};
  vegttt_judge_longs(out.data(), truth.data(), 3, 0, &tally);
  EXPECT_EQ(tally.bad, 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(~tally.worst), 2u);
  const std::vector<std::uint8_t> bits = {0, 1, 0xA5}, right = {0, 1, 1};
  tally = {};
  vegttt_judge_bools(bits.data(), right.data(), 3, 0xA5, &tally);
  EXPECT_EQ(tally.bad, 1u);
  EXPECT_EQ(tally.untouched, 1u);
}

}  // namespace
}  // namespace vegttt::evaluate
