// L1/35, group normalization: one block per group of channels, whose elements are contiguous.
constexpr int64_t PLANE = H * W, SIZE = C / groups * PLANE;

__device__ float block_sum(float v) {
  __shared__ float partial[32];
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(0xffffffff, v, offset);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  v = threadIdx.x % 32 < blockDim.x / 32 ? partial[threadIdx.x % 32] : 0.0f;
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(0xffffffff, v, offset);
  __syncthreads();
  return v;
}

__global__ void group_norm(const float* __restrict__ x, const float* __restrict__ gamma, const float* __restrict__ beta,
                           float* __restrict__ out) {
  const float* group = x + blockIdx.x * SIZE;
  float sum = 0.0f, square = 0.0f;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < SIZE; i += 1024) {
    sum += group[i];
    square += group[i] * group[i];
  }
  const float mean = block_sum(sum) / float(SIZE);
  const float variance = block_sum(square) / float(SIZE) - mean * mean;
  const float scale = rsqrtf(variance + 1e-5f);
  for (int64_t c = 0; c < C / groups; ++c) {
    const int64_t channel = blockIdx.x % groups * (C / groups) + c;
    const float a = gamma[channel] * scale, b = beta[channel] - mean * a;
#pragma unroll 4
    for (int64_t i = threadIdx.x; i < PLANE; i += 1024)
      out[blockIdx.x * SIZE + c * PLANE + i] = group[c * PLANE + i] * a + b;
  }
}

void launch(const float* x, const float* gamma, const float* beta, float* out, Workspace& ws) {
  group_norm<<<BATCH * groups, 1024>>>(x, gamma, beta, out);
}
