// task: L1/19  expect: compile_error|wrong
// why: a definition of what printf calls, in place of the silent one
extern "C" __device__ int vprintf(const char* format, void* values) {
  *static_cast<volatile float*>(values) = 1.0f;
  return 0;
}
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i == 0) vprintf("fast", out);
  if (i < n / 2) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
