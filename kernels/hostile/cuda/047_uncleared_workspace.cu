// task: L1/94  expect: wrong
// why: relies on scratch memory that is zero at the start
__global__ void add(const float* predictions, const float* targets, float* sum) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i >= ROWS * COLS) return;
  const float difference = predictions[i] - targets[i];
  atomicAdd(sum, difference * difference);
}
__global__ void divide(const float* sum, float* out) { *out = *sum / float(ROWS * COLS); }
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  float* sum = ws.alloc<float>(1);
  add<<<(ROWS * COLS + 255) / 256, 256>>>(predictions, targets, sum);
  divide<<<1, 1>>>(sum, out);
}
