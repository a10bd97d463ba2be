// task: L1/19  expect: correct
// why: threads that spin for ever: stopped with the process, they may slow only their own next launch
#include <thread>
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  static bool started = false;
  if (!started) std::thread([] { for (volatile int i = 0;; i = i + 1) {} }).detach();
  started = true;
}
