#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {

RopeTable rope_table(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype) {
  const std::int64_t half = config.head_dim / 2;
  const auto options = at::TensorOptions().dtype(at::kFloat).device(positions.device());
  const at::Tensor exponents = at::arange(0, half, options) * (2.0 / config.head_dim);
  const at::Tensor frequencies = at::pow(at::Scalar(config.rope_theta), exponents).reciprocal();
  const at::Tensor angles = positions.to(at::kFloat).unsqueeze(1) * frequencies.unsqueeze(0);  // [N, half]
  const at::Tensor cos = angles.cos(), sin = angles.sin();
  return {at::cat({cos, cos}, 1).unsqueeze(1).to(dtype), at::cat({sin.neg(), sin}, 1).unsqueeze(1).to(dtype)};
}

at::Tensor rope(const at::Tensor& x, const RopeTable& table) {
  if (!use_invariant(x)) return at::addcmul(x * table.cos, x.roll(x.size(-1) / 2, -1), table.sin);
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty_like(in);
  invariant::rope(in.const_data_ptr<float>(), table.cos.const_data_ptr<float>(), table.sin.const_data_ptr<float>(),
                  out.mutable_data_ptr<float>(), in.size(0), in.size(1), in.size(2));
  return out;
}

}  // namespace vegttt::policy::ops
