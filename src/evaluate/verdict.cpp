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
constexpr std::size_t kMedianSample = 1 << 16;

// Of the positive ones: outputs that are zero by structure say nothing about the others.
double median_of_positive(std::span<const double> values) {
  std::vector<double> positive;
  const auto keep = [&](double v) {
    if (v > 0 && std::isfinite(v)) positive.push_back(v);
  };
  if (values.size() <= 4 * kMedianSample) {
    std::for_each(values.begin(), values.end(), keep);
  } else {
    const core::CounterRng random(values.size());
    for (std::size_t i = 0; i < kMedianSample; ++i) keep(values[random.bits(i) % values.size()]);
  }
  if (positive.empty()) return 0;
  const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
  std::nth_element(positive.begin(), middle, positive.end());
  return *middle;
}

struct Tally {
  std::int64_t bad = 0, first_bad = -1, last_bad = -1, untouched = 0;
  std::int64_t worst = -1;
  double largest = 0;  // error / allowance
  double sum_of_squares = 0;
  void add(std::int64_t index, double ratio) {
    sum_of_squares += std::isfinite(ratio) ? ratio * ratio : 0;
    if (ratio > largest || worst < 0) largest = ratio, worst = index;
    if (ratio <= 1) return;
    ++bad;
    if (first_bad < 0) first_bad = index;
    last_bad = index;
  }
  // `later` counts elements behind these.
  void merge(const Tally& later) {
    bad += later.bad;
    if (first_bad < 0) first_bad = later.first_bad;
    if (later.last_bad >= 0) last_bad = later.last_bad;
    untouched += later.untouched;
    if (later.worst >= 0 && (later.largest > largest || worst < 0))
      largest = later.largest, worst = later.worst;
    sum_of_squares += later.sum_of_squares;
  }
};

double ratio_of(float got, float truth, float allowance) {
  if (!std::isfinite(got) || !std::isfinite(truth))
    return got == truth || (std::isnan(got) && std::isnan(truth)) ? 0 : INFINITY;
  const double error = std::abs(static_cast<double>(got) - truth);
  return error == 0 ? 0 : error / allowance;
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
    tally.add(block.begin + i, ratio_of(block.got[i], block.truth[i], block.allowance[i]));
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
  for (const Tally& chunk : chunks) tally.merge(chunk);
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
    tally.add(i,
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

void describe_worst(const Expected& expected,
                    const std::byte* output,
                    const Tally& tally,
                    records::InputCheck& check) {
  if (tally.worst < 0) return;
  check.at = index_of(tally.worst, expected.sizes);
  if (expected.dtype != tasks::DType::kFloat32) {
    check.got = static_cast<double>(integer_at(expected, output, tally.worst));
    check.expected = static_cast<double>(expected.integers[static_cast<std::size_t>(tally.worst)]);
    return;
  }
  float got = 0;
  std::memcpy(&got, output + tally.worst * 4, 4);
  check.got = got;
  check.expected = expected.truth[static_cast<std::size_t>(tally.worst)];
  check.allowed = expected.allowance[static_cast<std::size_t>(tally.worst)];
}

}  // namespace

std::size_t Expected::output_bytes() const {
  return dtype == tasks::DType::kFloat32 ? truth.size() * 4
                                         : integers.size() * tasks::bytes_of(dtype);
}

double relative_allowance(double terms) {
  return kUlp * std::max(kRoundings, kNaiveShare * std::sqrt(std::max(terms, 1.0)));
}

std::vector<float> fp32_allowance(std::span<const double> truth,
                                  std::span<const double> moved,
                                  double terms) {
  const double typical = kTypicalShare * median_of_positive(moved);
  const double relative = relative_allowance(terms);
  std::vector<float> allowance(truth.size());
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double operands =
        moved.empty() || !std::isfinite(moved[i]) ? 0 : std::max(moved[i], typical);
    const double size = std::isfinite(truth[i]) ? std::abs(truth[i]) : 0;
    allowance[i] = static_cast<float>(
        std::max({kOperandShare * operands, relative * size, kSmallestAllowance}));
  }
  return allowance;
}

std::vector<float> absolute_allowance(std::span<const double> truth) {
  std::vector<float> allowance(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i)
    allowance[i] =
        static_cast<float>(1e-4 + 1e-4 * (std::isfinite(truth[i]) ? std::abs(truth[i]) : 0));
  return allowance;
}

records::InputCheck check_output(const Expected& expected,
                                 std::span<const std::byte> output,
                                 int input_set,
                                 std::uint32_t poison) {
  VEGTTT_ASSERT(output.size() == expected.output_bytes(), "the output has the size of the truth");
  const bool floats = expected.dtype == tasks::DType::kFloat32;
  const Tally tally = floats ? tally_floats(expected, output.data(), poison)
                             : tally_integers(expected, output.data());
  records::InputCheck check;
  check.input_set = input_set;
  check.shapes = expected.shapes;
  check.elements =
      static_cast<std::int64_t>(floats ? expected.truth.size() : expected.integers.size());
  check.bad = tally.bad;
  check.largest_error = tally.largest;
  const double rms = std::sqrt(tally.sum_of_squares /
                               static_cast<double>(std::max<std::int64_t>(1, check.elements)));
  const bool too_rough = expected.largest_rms > 0 && rms > expected.largest_rms;
  check.passed = tally.bad == 0 && !too_rough;
  describe_worst(expected, output.data(), tally, check);
  if (!check.passed)
    check.reason = failure_text({check,
                                 expected.sizes,
                                 tally.first_bad,
                                 tally.last_bad,
                                 tally.untouched,
                                 rms,
                                 expected.largest_rms});
  return check;
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
