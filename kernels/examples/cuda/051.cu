// L1/51, index of the maximum over the middle axis: eight threads share a column; of equal values the first counts.
__global__ void argmax_rows(const float* __restrict__ x, int64_t* __restrict__ out) {
  __shared__ float values[8][32];
  __shared__ int64_t rows[8][32];
  const int64_t c = blockIdx.x * int64_t(32) + threadIdx.x;
  float best = -INFINITY;
  int64_t row = ROWS;
  if (c < COLS) {
    const float* column = x + blockIdx.y * ROWS * COLS + c;
    for (int64_t r = threadIdx.y; r < ROWS; r += 8) {
      const float v = column[r * COLS];
      if (v > best) {
        best = v;
        row = r;
      }
    }
  }
  values[threadIdx.y][threadIdx.x] = best;
  rows[threadIdx.y][threadIdx.x] = row;
  __syncthreads();
  if (threadIdx.y > 0 || c >= COLS) return;
  for (int lane = 1; lane < 8; ++lane) {
    const float v = values[lane][threadIdx.x];
    const int64_t r = rows[lane][threadIdx.x];
    if (v > best || (v == best && r < row)) {
      best = v;
      row = r;
    }
  }
  out[blockIdx.y * COLS + c] = row;
}

void launch(const float* x, int64_t* out, Workspace& ws) {
  argmax_rows<<<dim3((COLS + 31) / 32, BATCH), dim3(32, 8)>>>(x, out);
}
