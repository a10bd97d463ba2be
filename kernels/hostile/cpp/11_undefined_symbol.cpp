// task: L1/19  expect: compile_error
// why: found when linking, not when loading
float not_there(float);
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = not_there(x[i]);
}
