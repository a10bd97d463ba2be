// L1/84, 2D depthwise convolution: one thread per output, one plane per blockIdx.z.
__global__ void depthwise(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  const int64_t j = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = blockIdx.y * int64_t(blockDim.y) + threadIdx.y;
  if (i >= HO || j >= WO) return;
  const float* plane = x + blockIdx.z * H * W;
  const float* w = weight + blockIdx.z % C * KH * KW;
  float sum = 0.0f;
#pragma unroll
  for (int y = 0; y < KH; ++y)
#pragma unroll
    for (int z = 0; z < KW; ++z) sum += plane[(i + y) * W + j + z] * w[y * KW + z];
  out[(blockIdx.z * HO + i) * WO + j] = sum;
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  depthwise<<<dim3((WO + 31) / 32, (HO + 7) / 8, BATCH * C), dim3(32, 8)>>>(x, weight, out);
}
