// L1/47, sum over the middle axis: whole rows are added, so that memory is read in order.
void launch(const float* x, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t b = 0; b < BATCH; ++b) {
    float* sum = out + b * COLS;
    for (int64_t c = 0; c < COLS; ++c) sum[c] = 0.0f;
    for (int64_t r = 0; r < ROWS; ++r)
      for (int64_t c = 0; c < COLS; ++c) sum[c] += x[(b * ROWS + r) * COLS + c];
  }
}
