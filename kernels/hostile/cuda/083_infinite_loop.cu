// task: L1/19  expect: timeout
// why: never ends
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  unsigned now;
  while (true) asm volatile("mov.u32 %0, %%clock;" : "=r"(now)::"memory");
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
