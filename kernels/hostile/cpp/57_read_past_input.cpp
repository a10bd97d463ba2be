// task: L1/19  expect: launch_error
// why: the page behind an input is a guard
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  out[0] += 0 * static_cast<const volatile float*>(x)[ROWS * COLS];
}
