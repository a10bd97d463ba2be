#include "vegttt/evaluate/verdict.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "failure_text.h"
#include "vegttt/core/rng.h"

namespace vegttt::evaluate {
namespace {

constexpr double kUlp = 0x1p-24;  // half a unit in the last place of 1.0f

// The median of so many elements at random has a standard error of 0.2 % in rank.
constexpr std::int64_t kMedianSample = 1 << 16;

void add(Tally& tally, std::int64_t index, double ratio) {
  tally.sum_of_squares += std::isfinite(ratio) ? ratio * ratio : 0;
  if (ratio > tally.largest || tally.worst < 0) tally.largest = ratio, tally.worst = index;
  if (ratio <= 1) return;
  ++tally.bad;
  if (tally.first_bad < 0) tally.first_bad = index;
  tally.last_bad = index;
}

// `later` counts elements behind those of `tally`.
void merge(Tally& tally, const Tally& later) {
  tally.bad += later.bad;
  if (tally.first_bad < 0) tally.first_bad = later.first_bad;
  if (later.last_bad >= 0) tally.last_bad = later.last_bad;
  tally.untouched += later.untouched;
  if (later.worst >= 0 && (later.largest > tally.largest || tally.worst < 0))
    tally.largest = later.largest, tally.worst = later.worst;
  tally.sum_of_squares += later.sum_of_squares;
}

// Some elements of an output beside what is expected of them.
struct Block {
  const float* got;
  const float* truth;
  const float* allowance;
  std::int64_t begin, count;
};

void tally_each(const Block& block, std::uint32_t poison, Tally& tally) {
  for (std::int64_t i = 0; i < block.count; ++i) {
    add(tally, block.begin + i, tolerance::ratio(block.got[i], block.truth[i], block.allowance[i]));
    std::uint32_t bits = 0;
    std::memcpy(&bits, &block.got[i], 4);
    tally.untouched += bits == poison ? 1 : 0;
  }
}

// Most outputs are right: one vectorised pass tells whether every element of the block is finite,
// allowed and no new worst; only otherwise each is looked at.
void tally_block(const Block& block, std::uint32_t poison, Tally& tally) {
  constexpr float kFinite = std::numeric_limits<float>::max();
  double largest = 0, sum = 0;
  int others = 0;
#pragma omp simd reduction(max : largest) reduction(+ : sum, others)
  for (std::int64_t i = 0; i < block.count; ++i) {
    const double ratio =
        std::abs(static_cast<double>(block.got[i]) - block.truth[i]) / block.allowance[i];
    const bool finite = std::abs(block.got[i]) <= kFinite && std::abs(block.truth[i]) <= kFinite;
    others += finite ? 0 : 1;
    largest = ratio > largest ? ratio : largest;
    sum += ratio * ratio;
  }
  if (others == 0 && largest <= tally.largest && largest <= 1 && tally.worst >= 0)
    tally.sum_of_squares += sum;
  else
    tally_each(block, poison, tally);
}

// In chunks of a fixed size, so that sums do not depend on the number of threads.
Tally tally_floats(const Expected& expected, const std::byte* output, std::uint32_t poison) {
  constexpr std::int64_t kBlock = 1024, kChunk = 256 * kBlock;
  const auto n = static_cast<std::int64_t>(expected.truth.size());
  std::vector<Tally> chunks(static_cast<std::size_t>((n + kChunk - 1) / kChunk));
#pragma omp parallel for schedule(static)
  for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
    std::vector<float> got(kBlock);
    const std::int64_t from = static_cast<std::int64_t>(chunk) * kChunk;
    for (std::int64_t begin = from; begin < std::min(from + kChunk, n); begin += kBlock) {
      const std::int64_t count = std::min(kBlock, n - begin);
      std::memcpy(got.data(), output + begin * 4, static_cast<std::size_t>(count) * 4);
      tally_block({got.data(),
                   expected.truth.data() + begin,
                   expected.allowance.data() + begin,
                   begin,
                   count},
                  poison,
                  chunks[chunk]);
    }
  }
  Tally tally;
  for (const Tally& chunk : chunks) merge(tally, chunk);
  return tally;
}

std::int64_t integer_at(const Expected& expected, const std::byte* output, std::int64_t index) {
  if (expected.dtype == tasks::DType::kBool) return static_cast<std::int64_t>(output[index]);
  std::int64_t value = 0;
  std::memcpy(&value, output + index * 8, 8);
  return value;
}

Tally tally_integers(const Expected& expected, const std::byte* output) {
  Tally tally;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(expected.integers.size()); ++i)
    add(tally,
        i,
        integer_at(expected, output, i) == expected.integers[static_cast<std::size_t>(i)]
            ? 0
            : INFINITY);
  return tally;
}

std::vector<std::int64_t> index_of(std::int64_t flat, const std::vector<std::int64_t>& sizes) {
  std::vector<std::int64_t> index(sizes.size());
  for (std::size_t axis = sizes.size(); axis-- > 0; flat /= sizes[axis])
    index[axis] = flat % sizes[axis];
  return index;
}

WorstElement worst_of(const Expected& expected, const std::byte* output, std::int64_t index) {
  if (index < 0) return {};
  const auto at = static_cast<std::size_t>(index);
  if (expected.dtype != tasks::DType::kFloat32)
    return {static_cast<double>(integer_at(expected, output, index)),
            static_cast<double>(expected.integers[at]),
            0};
  float got = 0;
  std::memcpy(&got, output + index * 4, 4);
  return {got, expected.truth[at], expected.allowance[at]};
}

}  // namespace

std::size_t Expected::output_bytes() const {
  return dtype == tasks::DType::kFloat32 ? truth.size() * 4
                                         : integers.size() * tasks::bytes_of(dtype);
}

double relative_allowance(double terms) {
  return kUlp * std::max(kRoundings, kNaiveShare * std::sqrt(std::clamp(terms, 1.0, kLongestSum)));
}

Operands operands_of(tasks::Contract contract) {
  if (contract == tasks::Contract::kBf16) return {tolerance::kBf16Dropped, 0x1p-8};
  return {tolerance::kTf32Dropped, 0x1p-11};
}

tolerance::Rule rule_for(tasks::Contract contract, double terms) {
  tolerance::Rule rule;
  rule.operand_share = kOperandShare;
  rule.relative = relative_allowance(terms);
  if (contract == tasks::Contract::kFp32) return rule;
  rule.operand_share = kRoundedShare;
  rule.relative = std::max(rule.relative, kRoundedUnits * operands_of(contract).half_unit);
  return rule;
}

tolerance::Rule public_rule() {
  tolerance::Rule rule;
  rule.relative = rule.absolute = 1e-4;
  return rule;
}

double widening_for(double largest) {
  if (largest <= kReferenceShare || !std::isfinite(largest)) return 1;
  return std::min(largest / kReferenceShare, kMostWidening);
}

std::vector<std::int64_t> median_places(std::int64_t count) {
  std::vector<std::int64_t> places;
  if (count <= 4 * kMedianSample) return places;
  const core::CounterRng random(static_cast<std::uint64_t>(count));
  for (std::int64_t i = 0; i < kMedianSample; ++i)
    places.push_back(random.below(static_cast<std::uint64_t>(i), count));
  return places;
}

double median_of_positive(std::span<const double> values) {
  std::vector<double> positive;
  for (const double v : values)
    if (v > 0 && std::isfinite(v)) positive.push_back(v);
  if (positive.empty()) return 0;
  const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
  std::nth_element(positive.begin(), middle, positive.end());
  return *middle;
}

std::vector<float> allowances(std::span<const double> truth,
                              std::span<const double> moved,
                              tolerance::Rule rule) {
  std::vector<double> sample;
  for (const std::int64_t place : median_places(static_cast<std::int64_t>(moved.size())))
    sample.push_back(moved[static_cast<std::size_t>(place)]);
  rule.typical = kTypicalShare * median_of_positive(sample.empty() ? moved : sample);
  std::vector<float> result(truth.size());
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < truth.size(); ++i)
    result[i] =
        static_cast<float>(tolerance::allowance(truth[i], moved.empty() ? 0 : moved[i], rule));
  return result;
}

records::InputCheck conclude_check(const Tally& tally,
                                   const WorstElement& worst,
                                   const std::vector<std::int64_t>& sizes,
                                   double largest_rms,
                                   const std::string& shapes,
                                   int input_set) {
  records::InputCheck check;
  check.input_set = input_set;
  check.shapes = shapes;
  check.elements = 1;
  for (const std::int64_t extent : sizes) check.elements *= extent;
  check.bad = tally.bad;
  check.largest_error = tally.largest;
  const double rms = std::sqrt(tally.sum_of_squares /
                               static_cast<double>(std::max<std::int64_t>(1, check.elements)));
  check.passed = tally.bad == 0 && !(largest_rms > 0 && rms > largest_rms);
  if (tally.worst >= 0) {
    check.at = index_of(tally.worst, sizes);
    check.got = worst.got;
    check.expected = worst.expected;
    check.allowed = worst.allowed;
  }
  if (!check.passed)
    check.reason = failure_text(
        {check, sizes, tally.first_bad, tally.last_bad, tally.untouched, rms, largest_rms});
  return check;
}

records::InputCheck check_output(const Expected& expected,
                                 std::span<const std::byte> output,
                                 int input_set,
                                 std::uint32_t poison) {
  VEGTTT_ASSERT(output.size() == expected.output_bytes(), "the output has the size of the truth");
  const Tally tally = expected.dtype == tasks::DType::kFloat32
                          ? tally_floats(expected, output.data(), poison)
                          : tally_integers(expected, output.data());
  return conclude_check(tally,
                        worst_of(expected, output.data(), tally.worst),
                        expected.sizes,
                        expected.largest_rms,
                        expected.shapes,
                        input_set);
}

std::uint32_t poison_output(std::span<std::byte> output, tasks::DType dtype, std::uint64_t random) {
  if (dtype == tasks::DType::kBool) {
    std::memset(output.data(), 0xA5, output.size());
    return 0;
  }
  // A quiet NaN with a random payload; as integers, pairs of it are negative numbers that are no
  // index.
  const std::uint32_t pattern = 0xFFC00000u | static_cast<std::uint32_t>(random & 0x3FFFFF);
  for (std::size_t at = 0; at + 4 <= output.size(); at += 4)
    std::memcpy(output.data() + at, &pattern, 4);
  return pattern;
}

}  // namespace vegttt::evaluate
