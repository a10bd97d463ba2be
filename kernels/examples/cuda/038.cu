// L1/38, rows over the mean of their absolute values: one block per row.
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

__global__ void l1_norm(const float* __restrict__ x, float* __restrict__ out) {
  const float* row = x + blockIdx.x * COLS;
  float sum = 0.0f;
#pragma unroll 4
  for (int64_t c = threadIdx.x; c < COLS; c += 512) sum += fabsf(row[c]);
  const float factor = float(COLS) / block_sum(sum);
#pragma unroll 4
  for (int64_t c = threadIdx.x; c < COLS; c += 512) out[blockIdx.x * COLS + c] = row[c] * factor;
}

void launch(const float* x, float* out, Workspace& ws) {
  l1_norm<<<ROWS, 512>>>(x, out);
}
