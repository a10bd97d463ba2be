// task: L1/19  expect: launch_error
// why: the process is gone before the first launch
static const int gone = [] { exit(0); return 0; }();
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = gone;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
