// task: L1/19  expect: launch_error
// why: right answer, then the process is broken
#include <signal.h>
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  raise(SIGTERM);
}
