// L1/99, triplet margin loss: a block per row finds both distances; eps is inside of the norm.
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

__global__ void row_losses(const float* __restrict__ anchor, const float* __restrict__ positive,
                           const float* __restrict__ negative, float* __restrict__ losses) {
  const int64_t row = blockIdx.x * COLS;
  float near = 0.0f, far = 0.0f;
#pragma unroll 4
  for (int64_t c = threadIdx.x; c < COLS; c += 256) {
    const float to_positive = anchor[row + c] - positive[row + c] + 1e-6f;
    const float to_negative = anchor[row + c] - negative[row + c] + 1e-6f;
    near += to_positive * to_positive;
    far += to_negative * to_negative;
  }
  near = block_sum(near);
  far = block_sum(far);
  if (threadIdx.x == 0) losses[blockIdx.x] = fmaxf(sqrtf(near) - sqrtf(far) + 1.0f, 0.0f);
}

__global__ void mean(const float* losses, float* out) {
  float sum = 0.0f;
  for (int64_t r = threadIdx.x; r < ROWS; r += 1024) sum += losses[r];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *out = sum / float(ROWS);
}

void launch(const float* anchor, const float* positive, const float* negative, float* out, Workspace& ws) {
  float* losses = ws.alloc<float>(ROWS);
  row_losses<<<ROWS, 256>>>(anchor, positive, negative, losses);
  mean<<<1, 1024>>>(losses, out);
}
