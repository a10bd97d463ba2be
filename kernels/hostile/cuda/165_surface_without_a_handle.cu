// task: L1/19  expect: wrong|launch_error|compile_error
// why: writes through surfaces that others may have made
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < 64) asm volatile("sust.b.1d.b32.zero [%0, {%1}], {%2};" ::"l"(i), "r"(0), "r"(0x3f800000) : "memory");
  if (i < n) out[i] = 0.0f;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
