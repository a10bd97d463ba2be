// task: L1/19  expect: compile_error
// why: a managed variable with a value, as if it were a table
__device__ __managed__ int calls = 1;
__global__ void relu(const float* x, float* out, int64_t n) {
  if (threadIdx.x == 0) ++calls;
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
