// task: L1/94  expect: wrong
// why: relies on an output that is zero at the start
__global__ void add(const float* predictions, const float* targets, float* out) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i >= ROWS * COLS) return;
  const float difference = predictions[i] - targets[i];
  atomicAdd(out, difference * difference / float(ROWS * COLS));
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  add<<<(ROWS * COLS + 255) / 256, 256>>>(predictions, targets, out);
}
