#include "device_expected.h"

#include <ATen/ATen.h>

#include <cmath>

namespace vegttt::evaluate {
namespace {

using Tensors = std::vector<at::Tensor>;
using cuda::driver;

constexpr std::int64_t kMedianSample = 1 << 18;
constexpr std::uint64_t kMargin = 64 << 10;  // bytes in front of the output that are looked at

at::Tensor to_tf32(const at::Tensor& x) {
  const at::Tensor bits = x.contiguous().view(at::kInt);
  const at::Tensor odd = at::bitwise_and(at::bitwise_right_shift(bits, 13), 1);
  return at::bitwise_and(bits + 0xFFF + odd, ~0x1FFF).view(at::kFloat);
}

// x * (1 +- size), a sign for each element.
at::Tensor moved(const at::Tensor& x, double size, std::uint64_t key) {
  const at::Tensor index = at::arange(x.numel(), x.options().dtype(at::kLong)).view(x.sizes());
  at::Tensor hash = (index + static_cast<std::int64_t>(key)) * std::int64_t{0x1E3779B97F4A7C15};
  hash =
      at::bitwise_xor(hash, at::bitwise_right_shift(hash, 29)) * std::int64_t{0x3F58476D1CE4E5B9};
  const at::Tensor sign = at::bitwise_and(at::bitwise_right_shift(hash, 40), 1).to(at::kDouble);
  return x.to(at::kDouble) * (1.0 + size * (2.0 * sign - 1.0));
}

Tensors all_moved(const Tensors& inputs, std::uint64_t key) {
  Tensors result;
  double size = 0x1p-11;
  for (const at::Tensor& input : inputs) {
    result.push_back(input.is_floating_point() ? moved(input, size, key += 0x1234567) : input);
    size *= 0.75;
  }
  return result;
}

Tensors all_tf32(const Tensors& inputs) {
  Tensors result;
  for (const at::Tensor& input : inputs)
    result.push_back(input.is_floating_point() ? to_tf32(input) : input);
  return result;
}

at::Tensor flat_doubles(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).contiguous().flatten();
}

at::Tensor moved_by_rounding(const tasks::Reference& reference,
                             const Tensors& inputs,
                             const at::Tensor& truth) {
  at::Tensor largest = at::zeros_like(truth);
  const auto raise = [&](const Tensors& other) {
    const at::Tensor distance = (flat_doubles(tasks::truth_of(reference, other)) - truth).abs_();
    largest = at::where(distance.isnan(), largest, at::maximum(largest, distance));
  };
  raise(all_tf32(inputs));
  for (const std::uint64_t key : {0x51ull, 0xA7ull}) raise(all_moved(inputs, key));
  return largest;
}

// Of the positive ones.
double median_of_positive(const at::Tensor& values) {
  const std::int64_t stride = std::max<std::int64_t>(1, values.numel() / kMedianSample);
  at::Tensor sample = values.slice(0, 0, values.numel(), stride);
  sample = sample.masked_select(at::logical_and(sample > 0, sample.isfinite()));
  return sample.numel() == 0 ? 0 : sample.median().item<double>();
}

at::Tensor allowance_of(const at::Tensor& truth, const at::Tensor& displacement, double terms) {
  const double typical = kTypicalShare * median_of_positive(displacement);
  const at::Tensor operands =
      at::where(displacement.isfinite(), displacement.clamp_min(typical), 0.0) * kOperandShare;
  const at::Tensor size = at::where(truth.isfinite(), truth.abs(), 0.0) * relative_allowance(terms);
  return at::maximum(operands, size).clamp_min_(0x1p-126).to(at::kFloat);
}

}  // namespace

DeviceExpected expect_on_device(const tasks::Task& task,
                                const tasks::Reference& reference,
                                const Tensors& inputs,
                                const Tolerance& tolerance) {
  const at::Tensor exact = tasks::truth_of(reference, inputs);
  DeviceExpected expected;
  expected.dtype = task.output_dtype;
  expected.sizes = exact.sizes().vec();
  expected.shapes = shapes_text(task, inputs);
  if (expected.dtype != tasks::DType::kFloat32) {
    const bool is_bool = expected.dtype == tasks::DType::kBool;
    expected.truth = exact.to(is_bool ? at::kBool : at::kLong).contiguous().flatten();
    return expected;
  }
  const at::Tensor truth = flat_doubles(exact);
  expected.truth = truth.to(at::kFloat);
  if (tolerance.absolute) {
    expected.allowance =
        (at::where(truth.isfinite(), truth.abs(), 0.0) * 1e-4 + 1e-4).to(at::kFloat);
    return expected;
  }
  expected.allowance =
      allowance_of(truth, moved_by_rounding(reference, inputs, truth), tolerance.terms);
  expected.largest_rms = kLargestRms;
  return expected;
}

Expected DeviceExpected::on_host() const {
  Expected host;
  host.dtype = dtype;
  host.sizes = sizes;
  host.shapes = shapes;
  host.largest_rms = largest_rms;
  if (dtype == tasks::DType::kFloat32) {
    const at::Tensor t = truth.cpu(), a = allowance.cpu();
    host.truth.assign(t.const_data_ptr<float>(), t.const_data_ptr<float>() + t.numel());
    host.allowance.assign(a.const_data_ptr<float>(), a.const_data_ptr<float>() + a.numel());
  } else {
    const at::Tensor t = truth.to(at::kLong).cpu();
    host.integers.assign(t.const_data_ptr<std::int64_t>(),
                         t.const_data_ptr<std::int64_t>() + t.numel());
  }
  return host;
}

namespace {

std::vector<std::byte> copy_of(const void* from, std::size_t bytes) {
  std::vector<std::byte> host(bytes);
  if (bytes > 0)
    require(driver().copy_to_host(host.data(), reinterpret_cast<CUdeviceptr>(from), bytes),
            "cuMemcpyDtoH");
  return host;
}

// Bytes behind the output repeat the poison, whose bytes start anew at every word of the pages.
bool tail_is_poison(const DeviceBuffer& output, std::uint32_t poison) {
  const auto* end = static_cast<const std::byte*>(output.data()) + output.size();
  const std::vector<std::byte> tail = copy_of(end, output.tail_bytes());
  for (std::size_t i = 0; i < tail.size(); ++i) {
    const std::size_t at = (output.size() + i) % 4;  // the tensor begins at a whole word
    if (tail[i] != static_cast<std::byte>(poison >> (8 * at))) return false;
  }
  return true;
}

}  // namespace

DeviceVerdict check_on_device(JudgeKernels& kernels,
                              const DeviceExpected& expected,
                              const DeviceBuffer& output,
                              int input_set,
                              std::uint32_t poison) {
  DeviceVerdict verdict;
  const std::uint64_t margin = std::min(kMargin, output.front_bytes()) / 4;
  const bool floats = expected.dtype == tasks::DType::kFloat32;
  const auto count = static_cast<std::uint64_t>(expected.truth.numel());
  const DeviceTally tally = floats ? kernels.check(output.data(),
                                                   expected.truth.const_data_ptr(),
                                                   expected.allowance.const_data_ptr(),
                                                   count,
                                                   margin,
                                                   poison)
                                   : kernels.check_margin(output.data(), margin, poison);
  verdict.wrote_outside = tally.others != 0 || !tail_is_poison(output, poison);
  records::InputCheck& check = verdict.check;
  const double rms =
      std::sqrt(tally.sum_of_squares / static_cast<double>(std::max<std::uint64_t>(1, count)));
  check.passed =
      floats && tally.bad == 0 && !(expected.largest_rms > 0 && rms > expected.largest_rms);
  if (check.passed) {
    check.input_set = input_set;
    check.shapes = expected.shapes;
    check.elements = static_cast<std::int64_t>(count);
    check.largest_error = tally.largest();
    return verdict;
  }
  // Integers, and failures, which are to be described: the host's way.
  const std::vector<std::byte> host = copy_of(output.data(), output.size());
  check = check_output(expected.on_host(), host, input_set, poison);
  return verdict;
}

}  // namespace vegttt::evaluate
