#include "expected.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vegttt/core/rng.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

using Tensors = std::vector<at::Tensor>;

constexpr std::uint32_t kTf32Dropped = 13;  // mantissa bits that TF32 lacks
constexpr std::uint32_t kTf32Half = 1u << (kTf32Dropped - 1);
constexpr std::int64_t kGrain = 1 << 15;
// Another order of the same additions errs as much again.
constexpr double kReferenceShare = 0.5;
// Of the 100 tasks at small only 37 is widened, by 2.3 (fp16 operands then err by 2.0 times the
// allowance, `tasks lint`). More would be a reference to look at, not to make room for.
constexpr double kMostWidening = 4;

at::Tensor to_tf32(const at::Tensor& x) {
  at::Tensor out = x.clone(at::MemoryFormat::Contiguous);
  auto* data = reinterpret_cast<std::uint32_t*>(out.data_ptr<float>());
  at::parallel_for(0, out.numel(), kGrain, [data](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      const std::uint32_t odd = (data[i] >> kTf32Dropped) & 1u;
      data[i] = (data[i] + (kTf32Half - 1) + odd) & ~(2 * kTf32Half - 1);
    }
  });
  return out;
}

// x * (1 +- size), a sign for each element; a hash of the index, since values are many and need not
// be good.
at::Tensor moved(const at::Tensor& x, double size, std::uint64_t key) {
  at::Tensor out = x.to(at::kDouble).contiguous();
  auto* data = out.data_ptr<double>();
  at::parallel_for(0, out.numel(), kGrain, [=](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) {
      std::uint64_t h = (static_cast<std::uint64_t>(i) + key) * 0x9E3779B97F4A7C15ull;
      h ^= h >> 29;
      h *= 0xBF58476D1CE4E5B9ull;
      data[i] *= 1.0 + ((h >> 40) & 1 ? size : -size);
    }
  });
  return out;
}

// Different sizes for different operands: in a product of two, equal ones would cancel half of the
// time.
Tensors all_moved(const Tensors& inputs, std::uint64_t key) {
  Tensors result;
  double size = 0x1p-11;
  for (const at::Tensor& input : inputs) {
    result.push_back(input.is_floating_point() ? moved(input, size, key += 0x1234567) : input);
    size *= 0.75;
  }
  return result;
}

at::Tensor as_doubles(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).contiguous().flatten();
}

// largest = max(largest, |value - truth|); what is not a number stays one.
void raise_to_distance(at::Tensor& largest, const at::Tensor& value, const at::Tensor& truth) {
  double* const to = largest.mutable_data_ptr<double>();
  const double* const a = value.const_data_ptr<double>();
  const double* const b = truth.const_data_ptr<double>();
  at::parallel_for(0, truth.numel(), kGrain, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double distance = std::abs(a[i] - b[i]);
      to[i] = std::isnan(to[i]) || distance <= to[i] ? to[i] : distance;
    }
  });
}

// The largest displacement of each element of the output: rounded operands, and two directions at
// random.
at::Tensor moved_by_rounding(const tasks::Reference& reference,
                             const Tensors& inputs,
                             const at::Tensor& truth) {
  at::Tensor largest = at::zeros_like(truth);
  const auto raise = [&](const Tensors& other) {
    raise_to_distance(largest, as_doubles(tasks::truth_of(reference, other)), truth);
  };
  raise(rounded(inputs, Precision::kTf32));
  for (const std::uint64_t key : {0x51ull, 0xA7ull}) raise(all_moved(inputs, key));
  return largest;
}

std::span<const double> span_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

// The contract is what a plain float32 implementation reaches, and the reference in float32 is one:
// where it uses up more than half of the allowance, all are widened until it does not. (A sum over
// all elements that every output depends on, as in a Frobenius norm, is not among `terms`.)
void make_room_for_the_reference(const at::Tensor& output, Expected& expected) {
  const at::Tensor values = output.to(at::kFloat).contiguous();
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(values.const_data_ptr()),
                                         values.nbytes());
  const double share = check_output(expected, bytes, 0, 0).largest_error;
  if (share <= kReferenceShare || !std::isfinite(share)) return;
  const double factor = std::min(share / kReferenceShare, kMostWidening);
  for (float& allowance : expected.allowance) allowance = static_cast<float>(allowance * factor);
}

void expect_integers(const at::Tensor& truth, Expected& expected) {
  const at::Tensor values = truth.to(at::kLong).contiguous();
  expected.integers.assign(values.const_data_ptr<std::int64_t>(),
                           values.const_data_ptr<std::int64_t>() + values.numel());
}

}  // namespace

std::string shapes_text(const tasks::Task& task, const Tensors& inputs) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<std::string> axes;
    for (const std::int64_t axis : inputs[i].sizes()) axes.push_back(std::to_string(axis));
    parts.push_back(task.inputs[i].name + " " + (axes.empty() ? "scalar" : core::join(axes, "x")));
  }
  return core::join(parts, ", ");
}

Tensors rounded(const Tensors& inputs, Precision precision) {
  Tensors result;
  for (const at::Tensor& input : inputs) {
    if (!input.is_floating_point())
      result.push_back(input);
    else if (precision == Precision::kTf32)
      result.push_back(to_tf32(input));
    else
      result.push_back(
          input.to(precision == Precision::kFp16 ? at::kHalf : at::kBFloat16).to(at::kFloat));
  }
  return result;
}

double terms_of(const tasks::Task& task, const std::string& size) {
  const double elements = static_cast<double>(task.output(size).elements());
  return std::max(1.0, task.work_at(size).flops / std::max(1.0, elements));
}

Expected expect(const tasks::Task& task,
                const tasks::Reference& reference,
                const Tensors& inputs,
                const Tolerance& tolerance) {
  const at::Tensor exact = tasks::truth_of(reference, inputs);
  Expected expected;
  expected.dtype = task.output_dtype;
  expected.sizes = exact.sizes().vec();
  expected.shapes = shapes_text(task, inputs);
  if (expected.dtype != tasks::DType::kFloat32) {
    expect_integers(exact, expected);
    return expected;
  }
  const at::Tensor truth = as_doubles(exact);
  const at::Tensor stored = truth.to(at::kFloat);
  expected.truth.assign(stored.const_data_ptr<float>(),
                        stored.const_data_ptr<float>() + stored.numel());
  if (tolerance.absolute) {
    expected.allowance = absolute_allowance(span_of(truth));
    return expected;
  }
  const at::Tensor displacement = moved_by_rounding(reference, inputs, truth);
  expected.allowance = fp32_allowance(span_of(truth), span_of(displacement), tolerance.terms);
  expected.largest_rms = kLargestRms;
  make_room_for_the_reference(reference(inputs), expected);
  return expected;
}

}  // namespace vegttt::evaluate
