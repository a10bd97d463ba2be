// task: L1/19  expect: timeout|compile_error
// why: a loop that the compiler itself runs
constexpr int64_t count() {
  int64_t n = 0;
  while (n >= 0) n = (n + 1) % 1000;
  return n;
}
constexpr int64_t counted = count();
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = counted;
}
