// task: L1/19  expect: launch_error
// why: refused by the driver; a launch that fails must not pass for a fast one
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) { relu<<<0, 256>>>(x, out, ROWS * COLS); }
