// task: L1/19  expect: launch_error
// why: the input becomes what the output happens to be
void launch(const float* x, float* out, Workspace& ws) {
  cudaMemcpyAsync(const_cast<float*>(x), out, ROWS * COLS * sizeof(float), cudaMemcpyDeviceToDevice);
}
