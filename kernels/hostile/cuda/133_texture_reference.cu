// task: L1/19  expect: compile_error
// why: a texture reference, which is neither global nor constant
__global__ void relu(const float* x, float* out, int64_t n) {
  asm volatile(
      "ret; }\n"
      ".tex .u32 kept;\n"
      ".visible .entry other() { ret;\n");
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
