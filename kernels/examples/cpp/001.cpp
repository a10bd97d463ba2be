// L1/1, C = A B: rows of B stream through the cache, four rows of C at a time.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t i0 = 0; i0 < N; i0 += 4) {
    const int64_t rows = min<int64_t>(4, N - i0);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t j = 0; j < N; ++j) out[(i0 + r) * N + j] = 0.0f;
    for (int64_t k = 0; k < N; ++k)
      for (int64_t r = 0; r < rows; ++r) {
        const float a = A[(i0 + r) * N + k];
        float* c = out + (i0 + r) * N;
#pragma omp simd
        for (int64_t j = 0; j < N; ++j) c[j] += a * B[k * N + j];
      }
  }
}
