// task: L1/19  expect: launch_error
// why: ends the process with success after the right answer
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  exit(0);
}
