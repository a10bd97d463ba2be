// task: L1/19  expect: compile_error|wrong
// why: inline assembly that closes the kernel and opens one of its own
__global__ void relu(const float* x, float* out, int64_t n) {
  asm volatile("ret; } .visible .entry hidden() { ret;");
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
