// L1/34, instance normalization: one block per plane reads it for the mean and variance, then again for the result.
constexpr int64_t PLANE = H * W;

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

__global__ void instance_norm(const float* __restrict__ x, float* __restrict__ out) {
  const float* plane = x + blockIdx.x * PLANE;
  float sum = 0.0f, square = 0.0f;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < PLANE; i += 1024) {
    sum += plane[i];
    square += plane[i] * plane[i];
  }
  const float mean = block_sum(sum) / float(PLANE);
  const float variance = block_sum(square) / float(PLANE) - mean * mean;
  const float scale = rsqrtf(variance + 1e-5f);
  for (int64_t i = threadIdx.x; i < PLANE; i += 1024) out[blockIdx.x * PLANE + i] = (plane[i] - mean) * scale;
}

void launch(const float* x, float* out, Workspace& ws) {
  instance_norm<<<BATCH * C, 1024>>>(x, out);
}
