// L1/45, 2D mean over 11x11 windows that do not overlap: one thread per window.
__global__ void average_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t j = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = blockIdx.y;
  if (j >= WO) return;
  const float* window = x + (blockIdx.z * H + i * kernel_size) * W + j * kernel_size;
  float sum = 0.0f;
  for (int64_t r = 0; r < kernel_size; ++r)
    for (int64_t s = 0; s < kernel_size; ++s) sum += window[r * W + s];
  out[(blockIdx.z * HO + i) * WO + j] = sum / float(kernel_size * kernel_size);
}

void launch(const float* x, float* out, Workspace& ws) {
  average_pool<<<dim3((WO + 63) / 64, HO, BATCH * C), 64>>>(x, out);
}
