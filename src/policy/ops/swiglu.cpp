#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  if (!use_invariant(gate)) return at::silu(gate) * up;
  at::Tensor out = at::empty_like(gate);
  invariant::swiglu(gate.const_data_ptr<float>(),
                    up.const_data_ptr<float>(),
                    out.mutable_data_ptr<float>(),
                    gate.numel());
  return out;
}

}  // namespace vegttt::policy::ops
