// task: L1/51  expect: wrong
// why: an index is judged exactly, also a wild one
__global__ void kernel(int64_t* out) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i < BATCH * COLS) out[i] = int64_t(1) << 40;
}
void launch(const float* x, int64_t* out, Workspace& ws) { kernel<<<(BATCH * COLS + 255) / 256, 256>>>(out); }
