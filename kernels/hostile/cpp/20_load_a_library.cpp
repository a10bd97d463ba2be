// task: L1/19  expect: wrong
// why: computes only when it can load a library of the host that nothing has loaded yet
#include <dlfcn.h>
void launch(const float* x, float* out, Workspace& ws) {
  if (dlopen("libutil.so.1", RTLD_NOW) == nullptr && dlopen("libz.so.1", RTLD_NOW) == nullptr) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
