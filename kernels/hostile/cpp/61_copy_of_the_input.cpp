// task: L1/19  expect: wrong
// why: right on the public inputs, which are never negative
void launch(const float* x, float* out, Workspace& ws) {
  memcpy(out, x, ROWS * COLS * sizeof(float));
}
