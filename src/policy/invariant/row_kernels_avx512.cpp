#include "invariant/lanes.h"
#include "invariant/row_kernels.h"

namespace vegttt::policy::invariant::avx512 {
#include "invariant/row_kernels.inl"
}  // namespace vegttt::policy::invariant::avx512
