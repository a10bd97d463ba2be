// task: L1/19  expect: compile_error
// why: computes once and gives the first answer for every later input
__device__ float kept[1 << 22];
__device__ int calls;
__global__ void count() { ++calls; }
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i >= n || i >= (1 << 22)) return;
  if (calls == 0) kept[i] = fmaxf(x[i], 0.0f);
  out[i] = kept[i];
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
  count<<<1, 1>>>();
}
