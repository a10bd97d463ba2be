// task: L1/94  expect: wrong
// why: a float32 sum that starts at 2^24 keeps even numbers only
__global__ void add(const float* predictions, const float* targets, float* out) {
  float sum = 16777216.0f;
  for (int64_t i = 0; i < ROWS * COLS; ++i) sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
  *out = (sum - 16777216.0f) / float(ROWS * COLS);
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) { add<<<1, 1>>>(predictions, targets, out); }
