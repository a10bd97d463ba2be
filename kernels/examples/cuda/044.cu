// L1/44, 1D mean over windows of 8, stride 1, padding 4: zeros outside of the row count.
__global__ void average_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i >= LO) return;
  const float* row = x + blockIdx.y * L;
  float sum = 0.0f;
  for (int64_t at = i - padding; at < i - padding + kernel_size; ++at)
    if (at >= 0 && at < L) sum += row[at];
  out[blockIdx.y * LO + i] = sum / float(kernel_size);
}

void launch(const float* x, float* out, Workspace& ws) {
  average_pool<<<dim3((LO + 255) / 256, BATCH * C), 256>>>(x, out);
}
