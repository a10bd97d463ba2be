// L1/28, hard sigmoid, x + 3 clamped to [0, 6] over 6.
__device__ float hard_sigmoid(float v) {
  return fminf(fmaxf(v + 3.0f, 0.0f), 6.0f) / 6.0f;
}

__global__ void apply(const float* __restrict__ x, float* __restrict__ out, int64_t n) {
  const int64_t first = blockIdx.x * int64_t(1024) + threadIdx.x;
#pragma unroll
  for (int k = 0; k < 4; ++k) {
    const int64_t i = first + k * 256;
    if (i < n) out[i] = hard_sigmoid(x[i]);
  }
}

void launch(const float* x, float* out, Workspace& ws) {
  const int64_t n = ROWS * COLS;
  apply<<<(n + 1023) / 1024, 256>>>(x, out, n);
}
