// task: L1/19  expect: launch_error
// why: as above without destructors, from a worker
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
#pragma omp parallel
  _exit(0);
}
