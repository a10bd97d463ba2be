#include "expected.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

using Tensors = std::vector<at::Tensor>;

constexpr std::int64_t kGrain = 1 << 15;

at::Tensor shortened(const at::Tensor& x, std::uint32_t dropped_bits) {
  at::Tensor out = x.clone(at::MemoryFormat::Contiguous);
  auto* data = out.data_ptr<float>();
  at::parallel_for(0, out.numel(), kGrain, [=](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) data[i] = tolerance::shortened(data[i], dropped_bits);
  });
  return out;
}

at::Tensor moved(const at::Tensor& x, const Move& how) {
  at::Tensor out = x.to(at::kDouble).contiguous();
  auto* data = out.data_ptr<double>();
  at::parallel_for(0, out.numel(), kGrain, [=](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i)
      data[i] = tolerance::moved(data[i], static_cast<std::uint64_t>(i), how.key, how.size);
  });
  return out;
}

Tensors displaced(const Tensors& inputs,
                  const Displacement& displacement,
                  const Operands& operands) {
  Tensors result;
  for (const at::Tensor& input : inputs) {
    const Move how = move_of(displacement, operands.half_unit, static_cast<int>(result.size()));
    if (!input.is_floating_point())
      result.push_back(input);
    else
      result.push_back(displacement.rounded ? shortened(input, operands.dropped_bits)
                                            : moved(input, how));
  }
  return result;
}

at::Tensor as_doubles(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).contiguous().flatten();
}

void raise_to_distance(at::Tensor& largest, const at::Tensor& value, const at::Tensor& truth) {
  double* const to = largest.mutable_data_ptr<double>();
  const double* const a = value.const_data_ptr<double>();
  const double* const b = truth.const_data_ptr<double>();
  at::parallel_for(0, truth.numel(), kGrain, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      to[i] = tolerance::larger(to[i], std::abs(a[i] - b[i]));
  });
}

// The largest displacement of each element of the output.
at::Tensor moved_by_rounding(const tasks::Reference& reference,
                             const Tensors& inputs,
                             const Operands& operands,
                             const at::Tensor& truth) {
  at::Tensor largest = at::zeros_like(truth);
  for (const Displacement& displacement : kDisplacements) {
    const Tensors other = displaced(inputs, displacement, operands);
    raise_to_distance(largest, as_doubles(tasks::truth_of(reference, other)), truth);
  }
  return largest;
}

std::span<const double> span_of(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

// The contract is what a plain float32 implementation reaches, and the reference in float32 is one.
// (A sum over all elements that every output depends on, as in a Frobenius norm, is not among
// `terms`.)
void make_room_for_the_reference(const at::Tensor& output, Expected& expected) {
  const at::Tensor values = output.to(at::kFloat).contiguous();
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(values.const_data_ptr()),
                                         values.nbytes());
  const double factor = widening_for(check_output(expected, bytes, 0, 0).largest_error);
  if (factor == 1) return;
  for (float& allowance : expected.allowance) allowance = static_cast<float>(allowance * factor);
}

void expect_integers(const at::Tensor& truth, Expected& expected) {
  const at::Tensor values = truth.to(at::kLong).contiguous();
  expected.integers.assign(values.const_data_ptr<std::int64_t>(),
                           values.const_data_ptr<std::int64_t>() + values.numel());
}

}  // namespace

tolerance::Rule rule_of(const Tolerance& tolerance) {
  return tolerance.absolute ? public_rule() : rule_for(tolerance.contract, tolerance.terms);
}

// Different sizes for different operands: in a product of two, equal ones would cancel half of the
// time.
Move move_of(const Displacement& displacement, double half_unit, int input) {
  return {displacement.key + 0x1234567ull * static_cast<std::uint64_t>(input + 1),
          half_unit * std::pow(0.75, input)};
}

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
      result.push_back(shortened(input, tolerance::kTf32Dropped));
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
    expected.allowance = allowances(span_of(truth), {}, rule_of(tolerance));
    return expected;
  }
  const at::Tensor displacement =
      moved_by_rounding(reference, inputs, operands_of(tolerance.contract), truth);
  expected.allowance = allowances(span_of(truth), span_of(displacement), rule_of(tolerance));
  expected.largest_rms = kLargestRms;
  make_room_for_the_reference(reference(inputs), expected);
  return expected;
}

}  // namespace vegttt::evaluate
