// L1/82, depthwise 3x3 convolution: one weight plane per channel, rows vectorized.
void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  constexpr int64_t rows = H - KH + 1, columns = W - KW + 1;
#pragma omp parallel for schedule(static)
  for (int64_t plane = 0; plane < BATCH * C; ++plane) {
    const float* w = weight + plane % C * KH * KW;
    for (int64_t i = 0; i < rows; ++i) {
      float* o = out + (plane * rows + i) * columns;
      for (int64_t j = 0; j < columns; ++j) o[j] = 0.0f;
      for (int64_t y = 0; y < KH; ++y)
        for (int64_t z = 0; z < KW; ++z) {
          const float* in = x + (plane * H + i + y) * W + z;
          const float factor = w[y * KW + z];
          for (int64_t j = 0; j < columns; ++j) o[j] += factor * in[j];
        }
    }
  }
}
