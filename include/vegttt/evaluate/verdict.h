// When is an output right? No LibTorch: expected.h computes what is expected, this compares.
//
// Contract fp32: an output is right when it is as exact as a plain float32 implementation. "Plain"
// accumulates sequentially in float32; it does not round operands to fp16, bf16 or TF32. The
// allowance of element i is
//
//   max( kOperandShare * max(P_i, kTypicalShare * median P),  kNaiveShare * 2^-24 *
//   sqrt(min(terms, kLongestSum)) * |truth_i|,
//        kRoundings * 2^-24 * |truth_i| )
//
// P_i: how far element i moves when the operands are rounded to TF32 or moved by half a unit of its
// last place (the largest of three computations in float64). It carries the conditioning of the
// element, whatever the task. Where the reference in float32 errs by more than half of that, all
// allowances are widened until it does not, at most by 4: the reference is never refused.
//
// Contracts tf32 and bf16: operands may be rounded to that format, or cut off to TF32; what is
// accumulated stays float32. P_i is then the displacement by that format, and the allowance
//
//   max( kRoundedShare * max(P_i, kTypicalShare * median P),  kRoundedUnits * half a unit *
//   |truth_i|, as above )
//
// With matrices of 64 to 8192 terms: operands rounded to the contract's own format give 0.25 of it
// (root mean square) and 0.5 at most, bf16 under tf32 1.0 and 6; cut off TF32 0.2, and up to 0.9
// where an input has outliers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluate/tolerance.h"
#include "vegttt/records/evaluation.h"
#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

// Rounded operands err by P. Naive accumulation of K signed products errs by 2^-25.5 K sigma, TF32
// operands by P = 2^-11.5 sqrt(K) sigma: at K = 65536, the longest of the `small` size, that is
// P/64, and P/15 for the worst of 10^4 elements. A quarter lies between.
inline constexpr double kOperandShare = 0.25;
// Three computations miss the size of P_i in some elements by chance; none is taken for smaller
// than half the median. Leaves P/8 for the least of them, still above the P/15 of naive
// accumulation.
inline constexpr double kTypicalShare = 0.5;
// A sequential float32 sum of `terms` values of one sign errs by sqrt(terms)/3 * 2^-24 of itself
// (standard deviation): three of them. Above some 2^17 terms a single accumulator also loses its
// small terms (1e-3 of the sum at 2^21, more than TF32 operands cost): such a sum is refused, as it
// is by the public tolerance; partial sums are needed.
inline constexpr double kNaiveShare = 1.0;
// Sums that are longer get no more than these terms do: what an accumulator may lose of 2^30 terms
// is more than an estimate from every hundredth of them does.
inline constexpr double kLongestSum = 1 << 17;
// A handful of float32 operations on the way, each at most half a unit in the last place; std::exp
// and the like have 1 to 4.
inline constexpr double kRoundings = 16;
// The root mean square of error / allowance. Rounded operands give about 2, naive accumulation at
// most 0.1.
inline constexpr double kLargestRms = 0.5;

// Contracts tf32 and bf16.
inline constexpr double kRoundedShare = 3;
// Cutting off two operands moves a product by up to four half units, all in one direction.
inline constexpr double kRoundedUnits = 4;

// Another order of the same additions errs as much again.
inline constexpr double kReferenceShare = 0.5;
// Of the 100 tasks at small only 37 is widened, by 2.3 (fp16 operands then err by 2.0 times the
// allowance, `tasks lint`). More would be a reference to look at, not to make room for.
inline constexpr double kMostWidening = 4;

// What a contract means to operands.
struct Operands {
  std::uint32_t dropped_bits;  // of a float32 mantissa
  double half_unit;            // of what is left, relative
};
Operands operands_of(tasks::Contract contract);  // fp32: those that must not be rounded so

// The rule before `typical` and `widening` are known. `terms`: additions per output element.
tolerance::Rule rule_for(tasks::Contract contract, double terms);
// atol = rtol = 1e-4, the public benchmark's.
tolerance::Rule public_rule();
// By how much all allowances are widened when the reference itself errs by `largest` of them.
double widening_for(double largest);

// Flat indices of the displacements that stand for all `count`; empty: all of them do.
std::vector<std::int64_t> median_places(std::int64_t count);
// Of the positive ones: outputs that are zero by structure say nothing about the others.
double median_of_positive(std::span<const double> values);

struct Expected {
  tasks::DType dtype = tasks::DType::kFloat32;
  std::vector<std::int64_t> sizes;
  std::vector<float> truth;      // float32 outputs; may hold infinities, which must be met exactly
  std::vector<float> allowance;  // absolute, one per element
  std::vector<std::int64_t> integers;  // integer and bool outputs: exact
  double largest_rms = 0;              // 0: elementwise only
  std::string shapes;                  // of the inputs: "A 1024x8192, B 8192x1"
  std::size_t output_bytes() const;
};

// Of |truth|, whatever the operands: the second and third term above.
double relative_allowance(double terms);

// From the float64 truth and P (empty: none is known), both of all elements in order. Fills
// `rule.typical`.
std::vector<float> allowances(std::span<const double> truth,
                              std::span<const double> moved_by_rounding,
                              tolerance::Rule rule);

// How an output compares, element by element. Indices are flat, -1: none.
struct Tally {
  std::int64_t bad = 0, first_bad = -1, last_bad = -1, untouched = 0;
  std::int64_t worst = -1;
  double largest = 0;  // error / allowance
  double sum_of_squares = 0;
};
// What there is to say about the worst element.
struct WorstElement {
  double got = 0, expected = 0, allowed = 0;
};
// The verdict on an output of these sizes.
records::InputCheck conclude_check(const Tally& tally,
                                   const WorstElement& worst,
                                   const std::vector<std::int64_t>& sizes,
                                   double largest_rms,
                                   const std::string& shapes,
                                   int input_set);

// What a launch left in `output`, of which every byte was poison before. `poison` is the pattern of
// untouched floats.
records::InputCheck check_output(const Expected& expected,
                                 std::span<const std::byte> output,
                                 int input_set,
                                 std::uint32_t poison);

// Fills an output with a NaN of a random payload (integers: a value that no index has) and returns
// its pattern.
std::uint32_t poison_output(std::span<std::byte> output, tasks::DType dtype, std::uint64_t random);

}  // namespace vegttt::evaluate
