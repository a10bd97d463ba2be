// L1/4, one float32 accumulator, in order: the plain implementation that every tolerance must accept.
void launch(const float* A, const float* B, float* out, Workspace& ws) {
  for (int64_t i = 0; i < M; ++i) {
    float sum = 0.0f;
    for (int64_t k = 0; k < K; ++k) sum += A[i * K + k] * B[k];
    out[i] = sum;
  }
}
