// L1/47, sum over the middle axis: a block takes 32 columns, eight threads share a column.
__global__ void sum_rows(const float* __restrict__ x, float* __restrict__ out) {
  __shared__ float partial[8][32];
  const int64_t c = blockIdx.x * int64_t(32) + threadIdx.x;
  float v = 0.0f;
  if (c < COLS) {
    const float* column = x + blockIdx.y * ROWS * COLS + c;
#pragma unroll 4
    for (int64_t r = threadIdx.y; r < ROWS; r += 8) v += column[r * COLS];
  }
  partial[threadIdx.y][threadIdx.x] = v;
  __syncthreads();
  if (threadIdx.y > 0 || c >= COLS) return;
  for (int lane = 1; lane < 8; ++lane) v += partial[lane][threadIdx.x];
  out[blockIdx.y * COLS + c] = v;
}

void launch(const float* x, float* out, Workspace& ws) {
  sum_rows<<<dim3((COLS + 31) / 32, BATCH), dim3(32, 8)>>>(x, out);
}
