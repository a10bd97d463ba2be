// L1/23, softmax over rows: a block per row finds the maximum and the sum of exponentials in one pass.
struct Partial {
  float largest, sum;
};

__device__ Partial merge(Partial a, Partial b) {
  const float largest = fmaxf(a.largest, b.largest);
  if (largest == -INFINITY) return a;
  return {largest, a.sum * expf(a.largest - largest) + b.sum * expf(b.largest - largest)};
}

__global__ void softmax(const float* __restrict__ x, float* __restrict__ out) {
  __shared__ Partial partial[1024];
  const float* row = x + blockIdx.x * COLS;
  Partial mine = {-INFINITY, 0.0f};
#pragma unroll 4
  for (int64_t c = threadIdx.x; c < COLS; c += 1024) {
    const float v = row[c], largest = fmaxf(mine.largest, v);
    mine = {largest, mine.sum * expf(mine.largest - largest) + expf(v - largest)};
  }
  partial[threadIdx.x] = mine;
  for (int half = 512; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) partial[threadIdx.x] = merge(partial[threadIdx.x], partial[threadIdx.x + half]);
  }
  __syncthreads();
  const float largest = partial[0].largest, scale = 1.0f / partial[0].sum;
  for (int64_t c = threadIdx.x; c < COLS; c += 1024) out[blockIdx.x * COLS + c] = expf(row[c] - largest) * scale;
}

void launch(const float* x, float* out, Workspace& ws) {
  softmax<<<ROWS, 1024>>>(x, out);
}
