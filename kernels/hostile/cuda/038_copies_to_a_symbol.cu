// task: L1/19  expect: compile_error
// why: the host call that would write a device variable
__constant__ float table[256];
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  cudaMemcpyToSymbol(table, x, sizeof(table));
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
