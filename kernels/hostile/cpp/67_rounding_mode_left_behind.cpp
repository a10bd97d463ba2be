// task: L1/19  expect: correct
// why: flush to zero and rounding stay in the candidate's process and end with it
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  _mm_setcsr(_mm_getcsr() | 0xe040);
}
