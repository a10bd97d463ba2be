// L1/46, 3D mean over 3x3x3 windows, stride 2, padding 1: zeros outside of the volume count.
__global__ void average_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (p >= DO * HO * WO) return;
  const int64_t d = p / (HO * WO), i = p / WO % HO, j = p % WO;
  const float* volume = x + blockIdx.y * D * H * W;
  float sum = 0.0f;
  for (int64_t a = 0; a < kernel_size; ++a)
    for (int64_t b = 0; b < kernel_size; ++b)
      for (int64_t c = 0; c < kernel_size; ++c) {
        const int64_t q = d * stride - padding + a, r = i * stride - padding + b, s = j * stride - padding + c;
        if (q < 0 || q >= D || r < 0 || r >= H || s < 0 || s >= W) continue;
        sum += volume[(q * H + r) * W + s];
      }
  out[blockIdx.y * DO * HO * WO + p] = sum / float(kernel_size * kernel_size * kernel_size);
}

void launch(const float* x, float* out, Workspace& ws) {
  average_pool<<<dim3((DO * HO * WO + 255) / 256, BATCH * C), 256>>>(x, out);
}
