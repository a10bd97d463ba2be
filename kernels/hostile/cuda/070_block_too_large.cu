// task: L1/19  expect: launch_error
// why: 2048 threads in a block
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) { relu<<<ROWS * COLS / 2048 + 1, 2048>>>(x, out, ROWS * COLS); }
