// task: L1/19  expect: launch_error
// why: jumps to an address that holds no code
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  typedef float Function(float);
  Function* nowhere = reinterpret_cast<Function*>(0x123450 + (n < 0));
  if (i < n) out[i] = nowhere(x[i]);
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
