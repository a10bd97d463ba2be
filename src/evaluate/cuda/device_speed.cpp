#include "device_speed.h"

#include <ATen/ATen.h>

namespace vegttt::evaluate {
namespace {

constexpr double kTensorMargin = 1.1;  // clocks may be higher in a short kernel
constexpr std::int64_t kFloats = std::int64_t{1} << 28;

double tensor_rate(JudgeKernels& kernels, const at::TensorOptions& options) {
  constexpr std::int64_t kN = 8192;
  const at::Tensor a = at::zeros({kN, kN}, options.dtype(at::kBFloat16)), b = a.clone();
  at::Tensor c = at::zeros_like(a);
  const double us = kernels.best_us([&] { at::matmul_out(c, a, b); });
  return 2.0 * kN * kN * kN / us;
}

}  // namespace

DeviceSpeed measure_device_speed(JudgeKernels& kernels) {
  const at::Device where(at::kCUDA, static_cast<c10::DeviceIndex>(kernels.device()));
  const at::TensorOptions options = at::TensorOptions().device(where);
  DeviceSpeed speed;
  speed.l2_bytes = static_cast<double>(kernels.l2_bytes());
  speed.launch_us = kernels.best_us([&] { kernels.spin(0); });
  speed.flops_per_us = kTensorMargin * tensor_rate(kernels, options);
  at::Tensor to = at::zeros({kFloats}, options);
  const at::Tensor from = at::zeros({kFloats}, options);
  const double bytes = 4.0 * kFloats;
  const double copy = 2 * bytes / kernels.best_us([&] { to.copy_(from); });
  const double write = bytes / kernels.best_us([&] { to.fill_(3); });
  const double read =
      bytes / kernels.best_us([&] { kernels.read(from.const_data_ptr(), 4 * kFloats); });
  speed.bytes_per_us = std::max({copy, write, read});
  return speed;
}

}  // namespace vegttt::evaluate
