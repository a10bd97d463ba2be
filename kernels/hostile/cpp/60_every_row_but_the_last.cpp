// task: L1/19  expect: wrong
// why: the tail counts
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < (ROWS - 1) * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  memset(out + (ROWS - 1) * COLS, 0, COLS * sizeof(float));
}
