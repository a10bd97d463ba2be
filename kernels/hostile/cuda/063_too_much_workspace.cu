// task: L1/19  expect: launch_error
// why: more scratch memory than a device has
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  float* huge = ws.alloc<float>(1ull << 50);
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, huge, ROWS * COLS);
}
