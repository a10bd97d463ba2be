// task: L1/19  expect: wrong
// why: a static constructor finds no input: none is there before its launch
static std::vector<float> ready = [] { return std::vector<float>(ROWS * COLS, 0.5f); }();
void launch(const float* x, float* out, Workspace& ws) {
  memcpy(out, ready.data(), ready.size() * sizeof(float));
}
