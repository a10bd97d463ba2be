// L1/19, faulty: the last elements are forgotten when the number is no multiple of eight. Must be refused.
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i + 8 < ROWS * COLS; ++i) out[i] = x[i] > 0.0f ? x[i] : 0.0f;
}
