// task: L1/19  expect: launch_error
// why: a shared array indexed a gigabyte behind its end
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  __shared__ float tile[256];
  tile[threadIdx.x] = 1.0f;
  __syncthreads();
  if (i < n) out[i] = tile[threadIdx.x + (n > 0 ? 1 << 26 : 0)];
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}
