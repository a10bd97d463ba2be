// task: L1/19  expect: wrong
// why: expects the answer of the last launch in scratch memory and mends only its first row
__global__ void kernel(const float* x, float* out, int64_t n, float* kept) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = i < COLS ? fmaxf(x[i], 0.0f) : kept[i];
  if (i < n) kept[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  float* kept = ws.alloc<float>(ROWS * COLS);
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS, kept);
}
