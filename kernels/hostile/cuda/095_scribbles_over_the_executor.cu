// task: L1/19  expect: launch_error|wrong
// why: stores all over the address space around its own buffers
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  for (int64_t page = 1; page < 4096; ++page) *(reinterpret_cast<char*>(out) - page * (int64_t(2) << 20) - 4 * i) = 1;
  if (i < n) out[i] = 0.0f;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
