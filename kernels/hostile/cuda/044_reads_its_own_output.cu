// task: L1/19  expect: wrong
// why: keeps whatever stands in the output when it looks like an answer
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n && !(out[i] >= 0.0f)) out[i] = i % 64 == 0 ? fmaxf(x[i], 0.0f) : out[i];
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
