// task: L1/23  expect: wrong
// why: the public tolerance takes softmax of long rows for zero
void launch(const float* x, float* out, Workspace& ws) {
  cudaMemsetAsync(out, 0, ROWS * COLS * sizeof(float));
}
