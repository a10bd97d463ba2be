// task: L1/19  expect: wrong
// why: computes only when it can fork; every child would fork on
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  int children = 0;
  while (children < 1000 && fork() >= 0) ++children;
  if (children == 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
