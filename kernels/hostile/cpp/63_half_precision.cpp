// task: L1/19  expect: wrong
// why: 16-bit values in a float32 contract
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = static_cast<float>(static_cast<_Float16>(x[i] > 0 ? x[i] : 0));
}
