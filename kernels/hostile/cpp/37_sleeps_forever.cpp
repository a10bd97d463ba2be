// task: L1/19  expect: timeout
// why: killed at the deadline
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  while (true) sleep(1000);
}
