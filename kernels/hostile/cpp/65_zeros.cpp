// task: L1/19  expect: wrong
// why: a constant
void launch(const float* x, float* out, Workspace& ws) {
  memset(out, 0, ROWS * COLS * sizeof(float));
}
