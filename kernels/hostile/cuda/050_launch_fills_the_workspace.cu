// task: L1/19  expect: launch_error
// why: prepares tables in launch, outside of the measured time
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  float* table = ws.alloc<float>(1024);
  for (int i = 0; i < 1024; ++i) table[i] = i;
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
