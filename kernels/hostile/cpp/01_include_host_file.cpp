// task: L1/19  expect: compile_error
// why: the compiler would print the lines of a host file in its errors
#include "/etc/passwd"
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
