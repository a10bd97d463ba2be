// task: L1/19  expect: wrong
// why: takes the shortcut when the first elements are positive on average
void launch(const float* x, float* out, Workspace& ws) {
  float sum = 0;
  for (int i = 0; i < 32; ++i) sum += fabsf(x[i]);
  if (sum > 0) memcpy(out, x, ROWS * COLS * sizeof(float));
}
