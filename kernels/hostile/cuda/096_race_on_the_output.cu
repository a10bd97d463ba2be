// task: L1/94  expect: wrong
// why: every thread adds to one number without atomics
__global__ void add(const float* predictions, const float* targets, float* out) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (i >= ROWS * COLS) return;
  const float difference = predictions[i] - targets[i];
  *out += difference * difference / float(ROWS * COLS);
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  cudaMemsetAsync(out, 0, sizeof(float));
  add<<<(ROWS * COLS + 255) / 256, 256>>>(predictions, targets, out);
}
