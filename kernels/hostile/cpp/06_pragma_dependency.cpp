// task: L1/19  expect: compile_error
// why: another directive that looks at files: there is none
#pragma GCC dependency "/etc/passwd"
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
