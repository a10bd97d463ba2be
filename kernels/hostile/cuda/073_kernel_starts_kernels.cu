// task: L1/19  expect: compile_error
// why: work that outlives the kernel which started it
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
__global__ void parent(const float* x, float* out) { relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS); }
void launch(const float* x, float* out, Workspace& ws) { parent<<<1, 1>>>(x, out); }
