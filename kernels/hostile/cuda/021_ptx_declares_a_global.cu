// task: L1/19  expect: compile_error
// why: state declared where the source shows none
__global__ void relu(const float* x, float* out, int64_t n) {
  asm volatile("{ .global .align 4 .u32 hidden; .reg .u32 before; atom.global.add.u32 before, [hidden], 1; }");
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
