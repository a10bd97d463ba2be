// task: L1/94  expect: launch_error
// why: computes the answer in launch, untimed, and passes it as an argument
__global__ void store(float answer, float* out) { *out = answer; }
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  float sum = 0.0f;
  for (int64_t i = 0; i < ROWS * COLS; ++i) sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
  store<<<1, 1>>>(sum / float(ROWS * COLS), out);
}
