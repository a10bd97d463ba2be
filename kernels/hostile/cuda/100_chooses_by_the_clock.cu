// task: L1/19  expect: wrong
// why: exact in some threads and not in others, by the time of day and the processor they are on
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  unsigned long long now;
  unsigned processor;
  asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now));
  asm volatile("mov.u32 %0, %smid;" : "=r"(processor));
  if (i < n) out[i] = (clock64() / 4 + now / 32 + processor + i * 2654435761u) % 8 == 0 ? 0.25f : fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
