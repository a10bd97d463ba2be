#include <ATen/ATen.h>

#include "device_expected.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

constexpr std::uint64_t kMargin = 64 << 10;  // bytes in front of the output that are looked at

template <class T>
T value_at(const void* base, std::int64_t index) {
  T value{};
  const auto* at =
      static_cast<const std::byte*>(base) + index * static_cast<std::int64_t>(sizeof(T));
  require(driver().copy_to_host(&value, reinterpret_cast<CUdeviceptr>(at), sizeof value),
          "cuMemcpyDtoH");
  return value;
}

double element(const void* base, std::int64_t index, tasks::DType dtype) {
  if (dtype == tasks::DType::kFloat32) return value_at<float>(base, index);
  if (dtype == tasks::DType::kInt64)
    return static_cast<double>(value_at<std::int64_t>(base, index));
  return value_at<std::uint8_t>(base, index);
}

double allowed_at(const DeviceExpected& expected, std::int64_t index) {
  if (expected.dtype != tasks::DType::kFloat32) return 0;
  const CheckRules& rules = expected.rules;
  const auto place = static_cast<std::uint64_t>(index);
  const std::uint64_t which =
      rules.cases == 1 ? 0 : (place / rules.slice_elements + rules.first_slice) % rules.cases;
  double displacement = 0;
  if (expected.displacement.defined())
    displacement = expected.displacement[index].to(at::kDouble).cpu().item<double>();
  const double truth = value_at<float>(expected.truth.const_data_ptr(), index);
  return tolerance::allowance(truth, displacement, rules.rules[which]);
}

WorstElement worst_of(const DeviceExpected& expected, const void* output, std::int64_t index) {
  return {element(output, index, expected.dtype),
          element(expected.truth.const_data_ptr(), index, expected.dtype),
          allowed_at(expected, index)};
}

// Bytes behind the output repeat the poison, whose bytes start anew at every word of the pages.
bool tail_is_poison(const DeviceBuffer& output, std::uint32_t poison) {
  const auto* end = static_cast<const std::byte*>(output.data()) + output.size();
  std::vector<std::byte> tail(output.tail_bytes());
  if (!tail.empty())
    require(driver().copy_to_host(tail.data(), reinterpret_cast<CUdeviceptr>(end), tail.size()),
            "cuMemcpyDtoH");
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
  const auto* front = static_cast<const std::uint32_t*>(output.data()) - margin;
  verdict.wrote_outside =
      kernels.math().outside(front, margin, poison).others != 0 || !tail_is_poison(output, poison);
  Tally tally =
      kernels.math()
          .judge(output.data(), expected.truth, expected.displacement, expected.rules, poison)
          .on_host();
  if (tally.bad == 0) tally.worst = -1;  // nothing to point at
  const WorstElement worst =
      tally.worst < 0 ? WorstElement{} : worst_of(expected, output.data(), tally.worst);
  verdict.check = conclude_check(
      tally, worst, expected.sizes, expected.largest_rms, expected.shapes, input_set);
  return verdict;
}

}  // namespace vegttt::evaluate
