#include <ATen/core/grad_mode.h>

#include "ops/ops.h"

namespace vegttt::policy::ops {

bool use_invariant(const at::Tensor& x) {
  return !at::GradMode::is_enabled() && x.device().is_cpu() && x.scalar_type() == at::kFloat;
}

}  // namespace vegttt::policy::ops
