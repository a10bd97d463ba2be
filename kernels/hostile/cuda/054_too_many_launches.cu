// task: L1/19  expect: launch_error
// why: a plan without end would fill the recorder's memory
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  for (int i = 0; i < 1000000; ++i) relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
