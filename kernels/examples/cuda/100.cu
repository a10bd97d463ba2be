// L1/100, hinge loss, a target per column: partial sums per block, which a single block adds.
constexpr int64_t SIZE = ROWS * COLS;
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

__global__ void hinge(const float* __restrict__ predictions, const float* __restrict__ targets, float* __restrict__ parts) {
  float sum = 0.0f;
#pragma unroll 4
  for (int64_t i = blockIdx.x * int64_t(512) + threadIdx.x; i < SIZE; i += BLOCKS * int64_t(512)) {
    sum += fmaxf(1.0f - predictions[i] * targets[i % COLS], 0.0f);
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

__global__ void add_parts(const float* parts, float* out) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < BLOCKS; i += 1024) sum += parts[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *out = sum / float(SIZE);
}

void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  float* parts = ws.alloc<float>(BLOCKS);
  hinge<<<BLOCKS, 512>>>(predictions, targets, parts);
  add_parts<<<1, 1024>>>(parts, out);
}
