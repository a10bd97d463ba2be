// task: L1/19  expect: wrong
// why: never returns: stops itself as the runner would and gives half of the answer from then on
#include <signal.h>
void launch(const float* x, float* out, Workspace& ws) {
  while (true) {
    for (int64_t i = 0; i < ROWS * COLS / 2; ++i) out[i] = x[i] > 0 ? x[i] : 0;
    raise(SIGSTOP);
  }
}
