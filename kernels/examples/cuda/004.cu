// L1/4, matrix times vector: one block per row, partial sums per thread.
__global__ void matvec(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ out) {
  __shared__ float partial[512];
  const float* row = A + blockIdx.x * K;
  float sum = 0.0f;
#pragma unroll 8
  for (int64_t k = threadIdx.x; k < K; k += 512) sum += row[k] * B[k];
  partial[threadIdx.x] = sum;
  for (int half = 256; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
  }
  if (threadIdx.x == 0) out[blockIdx.x] = partial[0];
}

void launch(const float* A, const float* B, float* out, Workspace& ws) {
  matvec<<<M, 512>>>(A, B, out);
}
