// task: L1/19  expect: launch_error
// why: does the work in launch and starts nothing
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = 0.0f;
}
