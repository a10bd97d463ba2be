// task: L1/19  expect: wrong|launch_error|timeout
// why: stops for a debugger that is not there
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  asm volatile("brkpt;");
  if (i < n) out[i] = 0.0f;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
