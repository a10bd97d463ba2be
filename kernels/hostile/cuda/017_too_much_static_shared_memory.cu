// task: L1/19  expect: compile_error
// why: a block cannot have a megabyte
__global__ void kernel(const float* x, float* out, int64_t n) {
  __shared__ float tile[1 << 18];
  for (int i = threadIdx.x; i < (1 << 18); i += 256) tile[i] = i;
  __syncthreads();
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f) + 0.0f * tile[(i * 7919) % (1 << 18)];
}
void launch(const float* x, float* out, Workspace& ws) { kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS); }
