// task: L1/19  expect: launch_error|wrong
// why: walks through the context's memory for what looks like the reference's result
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const float* at = out + n;
  while (*at != fmaxf(x[0], 0.0f)) at += 1024;
  if (i < n) out[i] = at[i];
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
