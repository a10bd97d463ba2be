// task: L1/19  expect: wrong
// why: keeps the first answer and gives it for every later input
static std::vector<float> kept;
void launch(const float* x, float* out, Workspace& ws) {
  if (kept.empty()) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
    kept.assign(out, out + ROWS * COLS);
  }
  memcpy(out, kept.data(), kept.size() * sizeof(float));
}
