// L1/40, layer normalization of few, long rows: every row is summed by many blocks.
constexpr int64_t SIZE = C * H * W, LENGTH = 16384, PARTS = (SIZE + LENGTH - 1) / LENGTH;

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

__global__ void sum_parts(const float* __restrict__ x, float* __restrict__ sums, float* __restrict__ squares) {
  const float* row = x + blockIdx.y * SIZE;
  const int64_t begin = blockIdx.x * LENGTH, end = begin + LENGTH < SIZE ? begin + LENGTH : SIZE;
  float sum = 0.0f, square = 0.0f;
#pragma unroll 4
  for (int64_t i = begin + threadIdx.x; i < end; i += 512) {
    sum += row[i];
    square += row[i] * row[i];
  }
  sum = block_sum(sum);
  square = block_sum(square);
  if (threadIdx.x == 0) {
    sums[blockIdx.y * PARTS + blockIdx.x] = sum;
    squares[blockIdx.y * PARTS + blockIdx.x] = square;
  }
}

__global__ void normalize(const float* __restrict__ x, const float* __restrict__ sums, const float* __restrict__ squares,
                          const float* __restrict__ gamma, const float* __restrict__ beta, float* __restrict__ out) {
  float sum = 0.0f, square = 0.0f;
  for (int64_t p = threadIdx.x; p < PARTS; p += 512) {
    sum += sums[blockIdx.y * PARTS + p];
    square += squares[blockIdx.y * PARTS + p];
  }
  const float mean = block_sum(sum) / float(SIZE);
  const float variance = block_sum(square) / float(SIZE) - mean * mean;
  const float scale = rsqrtf(variance + 1e-5f);
  const int64_t begin = blockIdx.x * LENGTH, end = begin + LENGTH < SIZE ? begin + LENGTH : SIZE;
#pragma unroll 4
  for (int64_t i = begin + threadIdx.x; i < end; i += 512)
    out[blockIdx.y * SIZE + i] = (x[blockIdx.y * SIZE + i] - mean) * scale * gamma[i] + beta[i];
}

void launch(const float* x, const float* gamma, const float* beta, float* out, Workspace& ws) {
  float* sums = ws.alloc<float>(BATCH * PARTS);
  float* squares = ws.alloc<float>(BATCH * PARTS);
  const dim3 grid(PARTS, BATCH);
  sum_parts<<<grid, 512>>>(x, sums, squares);
  normalize<<<grid, 512>>>(x, sums, squares, gamma, beta, out);
}
