// L1/5, out = A * s. Memory bound: vectorized, streams through on all cores.
void launch(const float* A, float* out, Workspace& ws) {
  const int64_t n = M * N;
#pragma omp parallel for simd schedule(static)
  for (int64_t i = 0; i < n; ++i) out[i] = A[i] * s;
}
