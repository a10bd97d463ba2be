// task: L1/19  expect: wrong
// why: fresh memory might hold the answer that the reference has just freed
__global__ void kernel(const float* found, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = found[i];
}
void launch(const float* x, float* out, Workspace& ws) {
  float* found = nullptr;
  cudaMalloc(&found, ROWS * COLS * sizeof(float));
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(found, out, ROWS * COLS);
  cudaFree(found);
}
