// task: L1/19  expect: launch_error
// why: addresses let kernels know one repetition from the next
__global__ void relu(const float* x, float* out, int64_t n, unsigned address) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i < n) out[i] = address % 2 == 0 ? fmaxf(x[i], 0.0f) : 0.0f;
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS, unsigned(reinterpret_cast<uint64_t>(x) >> 12));
}
