// task: L1/19  expect: timeout
// why: killed at the deadline, with all threads busy
void launch(const float* x, float* out, Workspace& ws) {
#pragma omp parallel
  for (volatile int64_t i = 0;; i = i + 1) {
  }
}
