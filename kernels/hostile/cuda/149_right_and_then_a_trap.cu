// task: L1/19  expect: launch_error
// why: the answer is there before the kernel faults
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
__global__ void fault() { asm("trap;"); }
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
  fault<<<1, 1>>>();
}
