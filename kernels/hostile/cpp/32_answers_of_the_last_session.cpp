// task: L1/19  expect: wrong
// why: a constructor looks for what an earlier process left in memory: all of it was wiped
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  const float* left = ws.alloc<float>(ROWS * COLS);
  memcpy(out, left, ROWS * COLS * sizeof(float));
}
