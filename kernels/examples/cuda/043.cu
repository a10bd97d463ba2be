// L1/43, 3D maximum over 3x3x3 elements, 3 apart, stride 2, padding 1: outside of the volume nothing counts.
__global__ void max_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (p >= DO * HO * WO) return;
  const int64_t d = p / (HO * WO), i = p / WO % HO, j = p % WO;
  const float* volume = x + blockIdx.y * D * H * W;
  float best = -INFINITY;
  for (int64_t a = 0; a < kernel_size; ++a)
    for (int64_t b = 0; b < kernel_size; ++b)
      for (int64_t c = 0; c < kernel_size; ++c) {
        const int64_t q = d * stride - padding + a * dilation, r = i * stride - padding + b * dilation, s = j * stride - padding + c * dilation;
        if (q < 0 || q >= D || r < 0 || r >= H || s < 0 || s >= W) continue;
        best = fmaxf(best, volume[(q * H + r) * W + s]);
      }
  out[blockIdx.y * DO * HO * WO + p] = best;
}

void launch(const float* x, float* out, Workspace& ws) {
  max_pool<<<dim3((DO * HO * WO + 255) / 256, BATCH * C), 256>>>(x, out);
}
