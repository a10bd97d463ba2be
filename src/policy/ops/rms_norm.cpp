#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

at::Tensor invariant_rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty_like(in);
  const std::int64_t width = in.size(-1);
  invariant::rms_norm(in.const_data_ptr<float>(),
                      weight.const_data_ptr<float>(),
                      out.mutable_data_ptr<float>(),
                      in.numel() / width,
                      width,
                      eps);
  return out;
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, bool in_float) {
  if (use_invariant(x) && weight.scalar_type() == at::kFloat)
    return invariant_rms_norm(x, weight, eps);
  if (in_float && x.scalar_type() != at::kFloat) {
    const at::Tensor normal = at::rms_norm(x.to(at::kFloat), {x.size(-1)}, std::nullopt, eps);
    return (normal * weight.to(at::kFloat)).to(x.scalar_type());
  }
  return at::rms_norm(x, {x.size(-1)}, std::nullopt, eps) * weight.to(x.scalar_type());
}

}  // namespace vegttt::policy::ops
