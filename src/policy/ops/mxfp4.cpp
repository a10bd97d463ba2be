#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

constexpr float kValues[16] = {0.0f,
                               0.5f,
                               1.0f,
                               1.5f,
                               2.0f,
                               3.0f,
                               4.0f,
                               6.0f,
                               -0.0f,
                               -0.5f,
                               -1.0f,
                               -1.5f,
                               -2.0f,
                               -3.0f,
                               -4.0f,
                               -6.0f};
constexpr std::int64_t kBytes = 16, kPerBlock = 32;

void unpack(const std::uint8_t* blocks,
            const std::uint8_t* scales,
            float* out,
            std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i, blocks += kBytes, out += kPerBlock) {
    const float scale = std::ldexp(1.0f, scales[i] - 127);
    for (std::int64_t j = 0; j < kBytes; ++j) {
      out[2 * j] = kValues[blocks[j] & 15] * scale;
      out[2 * j + 1] = kValues[blocks[j] >> 4] * scale;
    }
  }
}

at::Tensor matrix_on_cpu(const at::Tensor& blocks, const at::Tensor& scales) {
  at::Tensor matrix = at::empty({blocks.size(0), blocks.size(1) * kPerBlock}, at::kFloat);
  const auto* bytes = blocks.const_data_ptr<std::uint8_t>();
  const auto* exponents = scales.const_data_ptr<std::uint8_t>();
  float* out = matrix.mutable_data_ptr<float>();
  at::parallel_for(0, scales.numel(), 1024, [&](std::int64_t begin, std::int64_t end) {
    unpack(bytes + begin * kBytes, exponents + begin, out + begin * kPerBlock, end - begin);
  });
  return matrix;
}

at::Tensor matrix_on_device(const at::Tensor& blocks,
                            const at::Tensor& scales,
                            at::ScalarType dtype) {
  const at::Tensor values =
      at::tensor(at::ArrayRef<float>(kValues, 16), at::kFloat).to(blocks.device(), dtype);
  const auto pick = [&](const at::Tensor& nibbles) {
    return values.index({nibbles.to(at::kLong)});
  };
  const at::Tensor both =
      at::stack({pick(blocks.bitwise_and(15)), pick(blocks.bitwise_right_shift(4))}, -1);
  const at::Tensor scale = at::exp2(scales.to(at::kFloat) - 127).to(dtype).unsqueeze(-1);
  return (both.flatten(2) * scale).flatten(1);
}

struct UnpackedLinear : torch::autograd::Function<UnpackedLinear> {
  static Variable forward(AutogradContext* context,
                          const Variable& x,
                          const Variable& blocks,
                          const Variable& scales) {
    context->save_for_backward({blocks, scales});
    return at::linear(x, mxfp4_matrix(blocks, scales, x.scalar_type()));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& of_y = gradients[0];
    return {at::matmul(of_y, mxfp4_matrix(saved[0], saved[1], of_y.scalar_type())),
            Variable(),
            Variable()};
  }
};

}  // namespace

at::Tensor mxfp4_matrix(const at::Tensor& blocks, const at::Tensor& scales, at::ScalarType dtype) {
  if (!blocks.is_cpu()) return matrix_on_device(blocks, scales, dtype);
  return matrix_on_cpu(blocks.contiguous(), scales.contiguous()).to(dtype);
}

at::Tensor mxfp4_linear(const at::Tensor& x, const at::Tensor& blocks, const at::Tensor& scales) {
  if (at::GradMode::is_enabled()) return UnpackedLinear::apply(x, blocks, scales);
  return ops::linear(x, mxfp4_matrix(blocks, scales, x.scalar_type()));
}

}  // namespace vegttt::policy::ops
