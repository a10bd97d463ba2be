// L1/12, diag(A) B: each row scaled.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < N; ++i) {
    const float a = A[i];
#pragma omp simd
    for (int64_t j = 0; j < M; ++j) out[i * M + j] = a * B[i * M + j];
  }
}
