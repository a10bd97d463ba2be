// task: L1/19  expect: launch_error
// why: the driver refuses the second launch while the first still writes
__global__ void kernel(const float* x, float* out, int64_t n) {
  for (int k = 0; k < 100; ++k) __nanosleep(1000000);
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
__global__ void __cluster_dims__(8, 1, 1) clustered(float* out) { out[threadIdx.x] = 0.0f; }
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<64, 256>>>(x, out, ROWS * COLS);
  clustered<<<3, 32>>>(out);
}
