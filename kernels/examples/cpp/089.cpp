// L1/89, cumulative sum along rows.
void launch(const float* x, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < ROWS; ++r) {
    float sum = 0.0f;
    for (int64_t c = 0; c < COLS; ++c) {
      sum += x[r * COLS + c];
      out[r * COLS + c] = sum;
    }
  }
}
