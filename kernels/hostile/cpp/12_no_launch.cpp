// task: L1/19  expect: scaffold_error|compile_error
// why: nothing to call
void kernel(const float* x, float* out) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
