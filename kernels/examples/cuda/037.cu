// L1/37, division by the norm of the whole tensor: sums of squares per block, their sum, then one pass.
constexpr int64_t SIZE = BATCH * C * H * W;
constexpr int BLOCKS = 2048;

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

__global__ void sum_squares(const float* __restrict__ x, float* __restrict__ parts) {
  float sum = 0.0f;
#pragma unroll 4
  for (int64_t i = blockIdx.x * int64_t(512) + threadIdx.x; i < SIZE; i += BLOCKS * int64_t(512)) sum += x[i] * x[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

__global__ void invert_norm(const float* parts, float* scale) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < BLOCKS; i += 1024) sum += parts[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *scale = 1.0f / sqrtf(sum);
}

__global__ void divide(const float* __restrict__ x, const float* scale, float* __restrict__ out) {
  const float factor = *scale;
  const int64_t first = blockIdx.x * int64_t(2048) + threadIdx.x;
  float v[4];
#pragma unroll
  for (int k = 0; k < 4; ++k) v[k] = first + k * 512 < SIZE ? x[first + k * 512] : 0.0f;
#pragma unroll
  for (int k = 0; k < 4; ++k)
    if (first + k * 512 < SIZE) out[first + k * 512] = v[k] * factor;
}

void launch(const float* x, float* out, Workspace& ws) {
  float* parts = ws.alloc<float>(BLOCKS);
  float* scale = ws.alloc<float>(1);
  sum_squares<<<BLOCKS, 512>>>(x, parts);
  invert_norm<<<1, 1024>>>(parts, scale);
  divide<<<(SIZE + 2047) / 2048, 512>>>(x, scale, out);
}
