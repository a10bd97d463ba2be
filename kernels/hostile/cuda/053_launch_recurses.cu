// task: L1/19  expect: launch_error
// why: a stack overflow while the plan is recorded
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
__device__ __noinline__ int deeper(volatile int n) {
  volatile char frame[4096];
  frame[n % 4096] = n;
  return n < 0 ? 0 : deeper(n + 1) + frame[0];
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<deeper(0), 256>>>(x, out, ROWS * COLS);
}
