// L1/14, upper triangular product: k runs from i only, j from k only, a sixth of the dense work.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
#pragma omp parallel for schedule(dynamic, 8)
  for (int64_t i = 0; i < N; ++i) {
    float* c = out + i * N;
    for (int64_t j = 0; j < N; ++j) c[j] = 0.0f;
    for (int64_t k = i; k < N; ++k) {
      const float a = A[i * N + k];
#pragma omp simd
      for (int64_t j = k; j < N; ++j) c[j] += a * B[k * N + j];
    }
  }
}
