// task: L1/94  expect: wrong
// why: a mean that looks right from a tenth of its terms
__global__ void add(const float* predictions, const float* targets, float* out) {
  __shared__ float partial[256];
  float sum = 0.0f;
  for (int64_t i = threadIdx.x; i < ROWS * COLS / 10; i += 256) {
    const float difference = predictions[i] - targets[i];
    sum += difference * difference;
  }
  partial[threadIdx.x] = sum;
  for (int half = 128; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
  }
  if (threadIdx.x == 0) *out = partial[0] / float(ROWS * COLS / 10);
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) { add<<<1, 256>>>(predictions, targets, out); }
