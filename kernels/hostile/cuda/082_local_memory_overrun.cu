// task: L1/19  expect: launch_error|wrong
// why: an array on the stack written far behind its end
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  volatile float local[32];
  for (int64_t k = 0; k < 32; ++k) local[k] = x[0];
  local[(i + n) << 16] = 1.0f;
  if (i < n) out[i] = local[i % 32];
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
