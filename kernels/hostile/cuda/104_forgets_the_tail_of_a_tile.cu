// task: L1/19  expect: wrong
// why: right for sizes that are multiples of a block, and fills the rest with zeros
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t full = n / 256 * 256;
  if (i < n) out[i] = i < full - 256 ? fmaxf(x[i], 0.0f) : 0.0f;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
