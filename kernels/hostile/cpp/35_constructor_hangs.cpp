// task: L1/19  expect: timeout
// why: loading is on a clock too
static const int never = [] { for (volatile int i = 0;; i = i + 1) {} return 0; }();
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = never;
}
