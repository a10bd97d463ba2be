// task: L1/19  expect: wrong
// why: as above, but recomputes when one of the first elements is new: a set differs everywhere
static std::vector<float> kept;
static int calls = 0;
void launch(const float* x, float* out, Workspace& ws) {
  if (calls++ == 0) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
    kept.assign(out, out + ROWS * COLS);
    return;
  }
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = i < 64 ? (x[i] > 0 ? x[i] : 0) : kept[i];
}
