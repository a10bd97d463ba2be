// task: L1/19  expect: slow
// why: tells the device that what follows may begin, and works on for 20 ms
__global__ void kernel(const float* x, float* out, int64_t n) {
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
  if (blockIdx.x == 0)
    for (int k = 0; k < 20; ++k) __nanosleep(1000000);
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
