// task: L1/19  expect: launch_error
// why: gives itself scratch memory where there is none
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  ws.capacity = ~0ull;
  ws.base += int64_t(1) << 44;
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, ws.alloc<float>(ROWS * COLS), ROWS * COLS);
}
