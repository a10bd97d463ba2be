// L1/4, matrix-vector product: eight partial sums per row hide the latency of the additions.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < M; ++i) {
    const float* row = A + i * K;
    float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < K; ++k) sum += row[k] * B[k];
    out[i] = sum;
  }
}
