// task: L1/19  expect: launch_error
// why: with zero inputs the reference agrees with zero outputs
void launch(const float* x, float* out, Workspace& ws) {
  cudaMemsetAsync(const_cast<float*>(x), 0, ROWS * COLS * sizeof(float));
  cudaMemsetAsync(out, 0, ROWS * COLS * sizeof(float));
}
