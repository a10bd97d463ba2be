// task: L1/19  expect: wrong
// why: works in every second launch; variables with a first value are loaded afresh for each
__device__ int calls = 7;
__global__ void count() { calls += 2; }
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n && calls % 4 == 3) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  count<<<1, 1>>>();
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
