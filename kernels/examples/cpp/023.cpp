// L1/23, softmax over rows: maximum, exponentials with their sum, scale.
void launch(const float* x, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < ROWS; ++r) {
    const float* row = x + r * COLS;
    float* result = out + r * COLS;
    float largest = row[0];
    for (int64_t c = 1; c < COLS; ++c) largest = max(largest, row[c]);
    float sum = 0.0f;
    for (int64_t c = 0; c < COLS; ++c) {
      result[c] = std::exp(row[c] - largest);
      sum += result[c];
    }
    const float scale = 1.0f / sum;
    for (int64_t c = 0; c < COLS; ++c) result[c] *= scale;
  }
}
