// task: L1/19  expect: compile_error
// why: a string that is not closed where it seems to be
__global__ void relu(const float* x, float* out, int64_t n) {
  asm volatile(
      ".pragma \"a\\\"; .global .align 4 .b32 kept; .pragma \\\"b\";\n"
      "{ .reg .u32 before; atom.global.add.u32 before, [kept], 1; }\n");
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
