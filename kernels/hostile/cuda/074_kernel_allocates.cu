// task: L1/19  expect: compile_error
// why: the device heap outlives launches
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  float* kept = static_cast<float*>(malloc(4));
  if (i < n) out[i] = fmaxf(x[i], 0.0f) + 0.0f * *kept;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
