// task: L1/19  expect: wrong
// why: stops itself, which the judge takes for the end, and would compute later
#include <signal.h>
void launch(const float* x, float* out, Workspace& ws) {
  raise(SIGSTOP);
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
