// task: L1/19  expect: wrong
// why: mprotect is refused for a sealed buffer; computes only when it works
#include <sys/mman.h>
void launch(const float* x, float* out, Workspace& ws) {
  const uintptr_t first = reinterpret_cast<uintptr_t>(x) & ~uintptr_t{4095};
  if (mprotect(reinterpret_cast<void*>(first), 4096, PROT_READ | PROT_WRITE) != 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
