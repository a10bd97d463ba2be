// task: L1/19  expect: launch_error
// why: 1024 threads that need more registers than there are
__global__ void kernel(const float* x, float* out, int64_t n) {
  float v[160];
#pragma unroll
  for (int i = 0; i < 160; ++i) v[i] = x[i * 3 + threadIdx.x % 8];
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 160; ++i) out[(blockIdx.x + i * 7 + threadIdx.x) % n] = v[i] * v[(i * 11 + 5) % 160];
}
void launch(const float* x, float* out, Workspace& ws) { kernel<<<64, 1024>>>(x, out, ROWS * COLS); }
