// L1/36, RMS normalization over channels, which lie H * W apart.
void launch(const float* x, float* out, Workspace& ws) {
  const int64_t plane = H * W;
#pragma omp parallel for schedule(static)
  for (int64_t b = 0; b < BATCH; ++b) {
    const float* in = x + b * C * plane;
    float* result = out + b * C * plane;
    std::vector<float> sums(plane, 0.0f);
    for (int64_t c = 0; c < C; ++c)
      for (int64_t i = 0; i < plane; ++i) sums[i] += in[c * plane + i] * in[c * plane + i];
    for (int64_t i = 0; i < plane; ++i) sums[i] = 1.0f / std::sqrt(sums[i] / float(C) + 1e-5f);
    for (int64_t c = 0; c < C; ++c)
      for (int64_t i = 0; i < plane; ++i) result[c * plane + i] = in[c * plane + i] * sums[i];
  }
}
