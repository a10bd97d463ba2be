// task: L1/19  expect: wrong
// why: non-finite is wrong, whatever it is compared with
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = NAN;
}
