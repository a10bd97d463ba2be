// L1/42, 2D maximum over 4x4 windows, stride 1, padding 1: outside of the image nothing counts.
__global__ void max_pool(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t j = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = blockIdx.y * int64_t(blockDim.y) + threadIdx.y;
  if (i >= HO || j >= WO) return;
  const float* plane = x + blockIdx.z * H * W;
  float best = -INFINITY;
  for (int64_t r = i - padding; r < i - padding + kernel_size; ++r)
    for (int64_t s = j - padding; s < j - padding + kernel_size; ++s)
      if (r >= 0 && r < H && s >= 0 && s < W) best = fmaxf(best, plane[r * W + s]);
  out[(blockIdx.z * HO + i) * WO + j] = best;
}

void launch(const float* x, float* out, Workspace& ws) {
  max_pool<<<dim3((WO + 31) / 32, (HO + 7) / 8, BATCH * C), dim3(32, 8)>>>(x, out);
}
