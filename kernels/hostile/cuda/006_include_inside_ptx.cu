// task: L1/19  expect: compile_error
// why: inline assembly has a preprocessor and an include of its own
__global__ void relu(const float* x, float* out, int64_t n) {
  asm volatile("\n#include \"/etc/passwd\"\n");
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
