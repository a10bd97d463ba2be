// task: L1/19  expect: timeout
// why: every thread but one waits for a lock
__global__ void kernel(const float* x, float* out, int64_t n, unsigned* lock) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  while (atomicCAS(lock, 0u, 1u) != 0u) {
  }
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  unsigned* lock = ws.alloc<unsigned>(1);
  cudaMemsetAsync(lock, 0, sizeof(unsigned));
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS, lock);
}
