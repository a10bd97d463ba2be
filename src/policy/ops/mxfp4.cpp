#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "gpu/experts.h"
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

at::Tensor widened(const at::Tensor& packed,
                   std::int64_t out,
                   std::int64_t in,
                   std::int64_t expert,
                   at::ScalarType dtype) {
  const gpu::PackedExperts matrix{packed, {}, static_cast<int>(out), static_cast<int>(in)};
  return gpu::widen_experts(matrix, static_cast<int>(expert), 1)[0].to(dtype);
}

struct PackedLinear : torch::autograd::Function<PackedLinear> {
  static Variable forward(AutogradContext* context,
                          const Variable& x,
                          const Variable& packed,
                          std::int64_t out,
                          std::int64_t in,
                          std::int64_t expert) {
    context->save_for_backward({packed});
    context->saved_data["out"] = out;
    context->saved_data["in"] = in;
    context->saved_data["expert"] = expert;
    return at::linear(x, widened(packed, out, in, expert, x.scalar_type()));
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto number = [&](const char* key) { return context->saved_data[key].toInt(); };
    const at::Tensor& of_y = gradients[0];
    const at::Tensor matrix = widened(context->get_saved_variables()[0],
                                      number("out"),
                                      number("in"),
                                      number("expert"),
                                      of_y.scalar_type());
    return {at::matmul(of_y, matrix), Variable(), Variable(), Variable(), Variable()};
  }
};

}  // namespace

at::Tensor packed_linear(const at::Tensor& x, const ExpertLinear& layer, std::int64_t e) {
  const std::int64_t out = layer.out(), in = layer.in();
  if (at::GradMode::is_enabled()) return PackedLinear::apply(x, layer.packed, out, in, e);
  return at::linear(x, widened(layer.packed, out, in, e, x.scalar_type()));
}

at::Tensor mxfp4_matrix(const at::Tensor& blocks, const at::Tensor& scales, at::ScalarType dtype) {
  if (!blocks.is_cpu()) return matrix_on_device(blocks, scales, dtype);
  return matrix_on_cpu(blocks.contiguous(), scales.contiguous()).to(dtype);
}

at::Tensor mxfp4_linear(const at::Tensor& x, const at::Tensor& blocks, const at::Tensor& scales) {
  if (at::GradMode::is_enabled()) return UnpackedLinear::apply(x, blocks, scales);
  return ops::linear(x, mxfp4_matrix(blocks, scales, x.scalar_type()));
}

}  // namespace vegttt::policy::ops
