#include <cmath>

#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

// The angle is a float32 product, as in transformers.
at::Tensor frequencies_of(const ModelConfig& config) {
  const at::Tensor exponents =
      at::arange(0, config.head_dim / 2, at::kFloat) * (2.0 / config.head_dim);
  return at::pow(at::Scalar(config.rope_theta), exponents).reciprocal();
}

// Element by element: ATen's cos gives other last bits at a tensor's tail than in its body.
RopeTable table_on_cpu(const at::Tensor& frequencies, const at::Tensor& positions) {
  const std::int64_t rows = positions.size(0), half = frequencies.size(0);
  RopeTable table{at::empty({rows, 1, 2 * half}, at::kFloat),
                  at::empty({rows, 1, 2 * half}, at::kFloat)};
  const at::Tensor flat = positions.contiguous();
  const std::int64_t* position = flat.const_data_ptr<std::int64_t>();
  const float* frequency = frequencies.const_data_ptr<float>();
  float *cos = table.cos.mutable_data_ptr<float>(), *sin = table.sin.mutable_data_ptr<float>();
  for (std::int64_t row = 0; row < rows; ++row, cos += 2 * half, sin += 2 * half) {
    for (std::int64_t i = 0; i < half; ++i) {
      const float angle = static_cast<float>(position[row]) * frequency[i];
      cos[i] = cos[i + half] = std::cos(angle);
      sin[i + half] = std::sin(angle);
      sin[i] = -sin[i + half];
    }
  }
  return table;
}

RopeTable table_on_device(const at::Tensor& frequencies, const at::Tensor& positions) {
  const at::Tensor angles =
      positions.to(at::kFloat).unsqueeze(1) * frequencies.to(positions.device()).unsqueeze(0);
  const at::Tensor cos = angles.cos(), sin = angles.sin();
  return {at::cat({cos, cos}, 1).unsqueeze(1), at::cat({sin.neg(), sin}, 1).unsqueeze(1)};
}

}  // namespace

RopeTable rope_table(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype) {
  const at::Tensor frequencies = frequencies_of(config);
  const RopeTable table = positions.is_cpu() ? table_on_cpu(frequencies, positions)
                                             : table_on_device(frequencies, positions);
  return {table.cos.to(dtype), table.sin.to(dtype)};
}

at::Tensor rope(const at::Tensor& x, const RopeTable& table) {
  if (!use_invariant(x)) return at::addcmul(x * table.cos, x.roll(x.size(-1) / 2, -1), table.sin);
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty_like(in);
  invariant::rope(in.const_data_ptr<float>(),
                  table.cos.const_data_ptr<float>(),
                  table.sin.const_data_ptr<float>(),
                  out.mutable_data_ptr<float>(),
                  in.size(0),
                  in.size(1),
                  in.size(2));
  return out;
}

}  // namespace vegttt::policy::ops
