// task: L1/19  expect: launch_error
// why: asks the workspace for more than it has
void launch(const float* x, float* out, Workspace& ws) {
  float* scratch = ws.alloc<float>(size_t{1} << 40);
  scratch[0] = x[0];
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
