// L1/92, exclusive cumulative sum along rows: the inclusive one, stored one column further on; column 0 is zero.
constexpr int THREADS = 512;

__global__ void exclusive_cumulative_sum(const float* __restrict__ x, float* __restrict__ out) {
  __shared__ float totals[THREADS / 32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int64_t row = blockIdx.x * COLS;
  float before = 0.0f;
  if (threadIdx.x == 0) out[row] = 0.0f;
  for (int64_t begin = 0; begin < COLS; begin += THREADS) {
    const int64_t c = begin + threadIdx.x;
    float v = c < COLS ? x[row + c] : 0.0f;
    for (int offset = 1; offset < 32; offset *= 2) {
      const float left = __shfl_up_sync(0xffffffff, v, offset);
      if (lane >= offset) v += left;
    }
    if (lane == 31) totals[warp] = v;
    __syncthreads();
    float total = 0.0f;
    for (int w = 0; w < THREADS / 32; ++w) {
      if (w == warp) v += total;
      total += totals[w];
    }
    if (c + 1 < COLS) out[row + c + 1] = before + v;
    before += total;
    __syncthreads();
  }
}

void launch(const float* x, float* out, Workspace& ws) {
  exclusive_cumulative_sum<<<ROWS, THREADS>>>(x, out);
}
