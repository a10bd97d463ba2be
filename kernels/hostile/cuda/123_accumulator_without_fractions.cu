// task: L1/94  expect: wrong
// why: partial sums that start at 2^24 keep even numbers only
__global__ void add(const float* predictions, const float* targets, float* out) {
  __shared__ float partial[1024];
  float sum = 16777216.0f;
  for (int64_t i = threadIdx.x; i < ROWS * COLS; i += 1024) sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
  partial[threadIdx.x] = sum - 16777216.0f;
  for (int half = 512; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
  }
  if (threadIdx.x == 0) *out = partial[0] / float(ROWS * COLS);
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) { add<<<1, 1024>>>(predictions, targets, out); }
