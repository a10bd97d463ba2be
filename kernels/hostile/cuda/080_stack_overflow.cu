// task: L1/19  expect: launch_error
// why: recursion without end
__device__ __noinline__ float deeper(volatile float v, int n) {
  volatile float frame[256];
  frame[n & 255] = v;
  return n < 0 ? v : deeper(v, n + 1) + frame[(n + 1) & 255];
}
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = deeper(x[i], 0);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
