// L1/15, lower triangular product: k runs up to i only, j up to k only.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
#pragma omp parallel for schedule(dynamic, 8)
  for (int64_t i = N - 1; i >= 0; --i) {
    float* c = out + i * N;
    for (int64_t j = 0; j < N; ++j) c[j] = 0.0f;
    for (int64_t k = 0; k <= i; ++k) {
      const float a = A[i * N + k];
#pragma omp simd
      for (int64_t j = 0; j <= k; ++j) c[j] += a * B[k * N + j];
    }
  }
}
