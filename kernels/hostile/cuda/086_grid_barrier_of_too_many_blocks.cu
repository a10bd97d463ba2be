// task: L1/19  expect: timeout
// why: the first blocks wait for blocks that have no room to start
__global__ void relu(const float* x, float* out, int64_t n, unsigned* arrived) {
  if (threadIdx.x == 0) {
    atomicAdd(arrived, 1u);
    while (atomicAdd(arrived, 0u) < gridDim.x) {
    }
  }
  __syncthreads();
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  unsigned* arrived = ws.alloc<unsigned>(1);
  cudaMemsetAsync(arrived, 0, sizeof(unsigned));
  relu<<<1000000, 1024>>>(x, out, ROWS * COLS, arrived);
}
