// task: L1/19  expect: launch_error
// why: a copy longer than its destination
void launch(const float* x, float* out, Workspace& ws) {
  cudaMemcpyAsync(out, x, ROWS * COLS * sizeof(float) + (1 << 20), cudaMemcpyDeviceToDevice);
}
