// task: L1/19  expect: launch_error
// why: inputs are mapped read-only: a store faults
void launch(const float* x, float* out, Workspace& ws) {
  float* writable = const_cast<float*>(x);
  for (int64_t i = 0; i < ROWS * COLS; ++i) writable[i] = 0;
  memset(out, 0, ROWS * COLS * sizeof(float));
}
