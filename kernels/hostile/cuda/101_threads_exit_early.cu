// task: L1/19  expect: wrong
// why: an exit hidden in assembly
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  asm volatile("{ .reg .pred p; setp.ge.u32 p, %0, 128; @p exit; }" ::"r"(threadIdx.x));
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
