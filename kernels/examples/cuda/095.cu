// L1/95, cross entropy: a block per row takes the log of the sum of exponentials minus the target's score.
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

__device__ float block_max(float v) {
  __shared__ float partial[32];
  for (int offset = 16; offset > 0; offset /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffff, v, offset));
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  v = threadIdx.x % 32 < blockDim.x / 32 ? partial[threadIdx.x % 32] : -INFINITY;
  for (int offset = 16; offset > 0; offset /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffff, v, offset));
  __syncthreads();
  return v;
}

__global__ void row_losses(const float* __restrict__ predictions, const int64_t* __restrict__ targets,
                           float* __restrict__ losses) {
  const float* row = predictions + blockIdx.x * CLASSES;
  float largest = -INFINITY;
  for (int64_t c = threadIdx.x; c < CLASSES; c += 256) largest = fmaxf(largest, row[c]);
  largest = block_max(largest);
  float sum = 0.0f;
  for (int64_t c = threadIdx.x; c < CLASSES; c += 256) sum += expf(row[c] - largest);
  sum = block_sum(sum);
  if (threadIdx.x == 0) losses[blockIdx.x] = logf(sum) + largest - row[targets[blockIdx.x]];
}

__global__ void mean(const float* losses, float* out) {
  float sum = 0.0f;
  for (int64_t r = threadIdx.x; r < ROWS; r += 1024) sum += losses[r];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *out = sum / float(ROWS);
}

void launch(const float* predictions, const int64_t* targets, float* out, Workspace& ws) {
  float* losses = ws.alloc<float>(ROWS);
  row_losses<<<ROWS, 256>>>(predictions, targets, losses);
  mean<<<1, 1024>>>(losses, out);
}
