// task: L1/19  expect: wrong
// why: the rest keeps the poison
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS / 2 * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
