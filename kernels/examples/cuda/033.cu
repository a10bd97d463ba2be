// L1/33, batch normalization: sums of every plane, then scale and shift per channel, then one pass over the tensor.
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

__global__ void sum_planes(const float* __restrict__ x, float* __restrict__ sums, float* __restrict__ squares) {
  const float* plane = x + blockIdx.x * PLANE;
  float sum = 0.0f, square = 0.0f;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < PLANE; i += 512) {
    sum += plane[i];
    square += plane[i] * plane[i];
  }
  sum = block_sum(sum);
  square = block_sum(square);
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = sum;
    squares[blockIdx.x] = square;
  }
}

__global__ void per_channel(const float* sums, const float* squares, const float* gamma, const float* beta, float* scale,
                            float* shift) {
  const int64_t c = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (c >= C) return;
  double sum = 0.0, square = 0.0;
  for (int64_t b = 0; b < BATCH; ++b) {
    sum += sums[b * C + c];
    square += squares[b * C + c];
  }
  const double mean = sum / double(BATCH * PLANE), variance = square / double(BATCH * PLANE) - mean * mean;
  const double factor = gamma[c] / sqrt(variance + 1e-5);
  scale[c] = float(factor);
  shift[c] = float(beta[c] - mean * factor);
}

__global__ void normalize(const float* __restrict__ x, const float* scale, const float* shift, float* __restrict__ out) {
  const float a = scale[blockIdx.y % C], b = shift[blockIdx.y % C];
  const int64_t first = blockIdx.x * int64_t(1024) + threadIdx.x, plane = blockIdx.y * PLANE;
  float v[4];
#pragma unroll
  for (int k = 0; k < 4; ++k) v[k] = first + k * 256 < PLANE ? x[plane + first + k * 256] : 0.0f;
#pragma unroll
  for (int k = 0; k < 4; ++k)
    if (first + k * 256 < PLANE) out[plane + first + k * 256] = v[k] * a + b;
}

void launch(const float* x, const float* gamma, const float* beta, float* out, Workspace& ws) {
  float* sums = ws.alloc<float>(BATCH * C);
  float* squares = ws.alloc<float>(BATCH * C);
  float* scale = ws.alloc<float>(C);
  float* shift = ws.alloc<float>(C);
  sum_planes<<<BATCH * C, 512>>>(x, sums, squares);
  per_channel<<<(C + 63) / 64, 64>>>(sums, squares, gamma, beta, scale, shift);
  normalize<<<dim3((PLANE + 1023) / 1024, BATCH * C), 256>>>(x, scale, shift, out);
}
