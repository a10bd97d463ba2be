// task: L1/19  expect: launch_error
// why: every thread wants 160000 bytes of stack
__global__ void kernel(const float* x, float* out, int64_t n) {
  volatile float rows[40000];
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  for (int k = 0; k < 40000; k += 1000) rows[k] = x[i % n] + k;
  if (i < n) out[i] = fmaxf(rows[int(i % 40) * 1000] - float(i % 40 * 1000), 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
