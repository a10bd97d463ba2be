// task: L1/19  expect: wrong
// why: 8 bits of mantissa in a float32 contract
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) {
    uint32_t bits;
    memcpy(&bits, x + i, 4);
    bits &= 0xffff0000u;
    float rounded;
    memcpy(&rounded, &bits, 4);
    out[i] = rounded > 0 ? rounded : 0;
  }
}
