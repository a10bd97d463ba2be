// task: L1/19  expect: compile_error|timeout
// why: an array that would fill the disk through the linker
unsigned char filler[900000000] = {1};
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = filler[0];
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
