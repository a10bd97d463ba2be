// L1/41, 1D maximum over 8 elements, 3 apart, stride 1: outside of the row nothing counts.
__global__ void max_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i >= LO) return;
  const float* row = x + blockIdx.y * L;
  float best = -INFINITY;
  for (int64_t k = 0; k < kernel_size; ++k) {
    const int64_t at = i - padding + k * dilation;
    if (at >= 0 && at < L) best = fmaxf(best, row[at]);
  }
  out[blockIdx.y * LO + i] = best;
}

void launch(const float* x, float* out, Workspace& ws) {
  max_pool<<<dim3((LO + 255) / 256, BATCH * C), 256>>>(x, out);
}
