// task: L1/19  expect: timeout
// why: handlers for everything; SIGKILL has none
#include <signal.h>
void launch(const float* x, float* out, Workspace& ws) {
  for (int s = 1; s < 65; ++s) signal(s, SIG_IGN);
  for (volatile int64_t i = 0;; i = i + 1) {
  }
}
