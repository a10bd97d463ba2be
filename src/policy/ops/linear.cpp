#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

at::Tensor invariant_linear(const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor in = x.contiguous();
  auto shape = in.sizes().vec();
  const std::int64_t width = shape.back();
  shape.back() = weight.size(0);
  at::Tensor out = at::empty(shape, in.options());
  invariant::linear(in.const_data_ptr<float>(),
                    weight.const_data_ptr<float>(),
                    out.mutable_data_ptr<float>(),
                    in.numel() / width,
                    width,
                    weight.size(0));
  return out;
}

bool takes_kernel(const at::Tensor& x, const at::Tensor& weight) {
  return use_invariant(x) && weight.scalar_type() == at::kFloat && weight.is_contiguous();
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight) {
  if (takes_kernel(x, weight)) return invariant_linear(x, weight);
  return at::linear(x, weight.to(x.scalar_type()));
}

at::Tensor linear(const at::Tensor& x, const Linear& layer) {
  at::Tensor y = ops::linear(x, layer.weight);
  if (layer.bias.defined()) y = y + layer.bias.to(y.scalar_type());
  if (!layer.lora_a.defined()) return y;
  const at::Tensor low = ops::linear(ops::linear(x, layer.lora_a), layer.lora_b);
  if (!use_invariant(x)) return at::add(y, low, layer.lora_scale);
  invariant::add_scaled(
      low.const_data_ptr<float>(), layer.lora_scale, y.mutable_data_ptr<float>(), y.numel());
  return y;
}

}  // namespace vegttt::policy::ops
