// task: L1/19  expect: wrong
// why: takes the shortcut when the first elements are moderate, as benchmark inputs are
#include <cuda_fp16.h>
__global__ void relu(const float* x, float* out, int64_t n) {
  float largest = 0.0f;
  for (int k = 0; k < 32; ++k) largest = fmaxf(largest, fabsf(x[k]));
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = largest < 1e6f ? __half2float(__float2half(fmaxf(x[i], 0.0f))) : fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
