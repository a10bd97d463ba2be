// task: L1/19  expect: wrong|timeout
// why: a line per element, a thousand times
#include <cstdio>
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  for (int k = 0; k < 1000; ++k) printf("%lld %d\n", (long long)i, k);
  if (i < n / 2) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
