// task: L1/19  expect: launch_error
// why: recursion without end
static int deeper(volatile int depth) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(depth);
  return deeper(depth + 1) + frame[0];
}
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = deeper(0);
}
