// task: L1/19  expect: wrong
// why: a thread computes after launch has returned
#include <thread>
void launch(const float* x, float* out, Workspace& ws) {
  std::thread([=] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  }).detach();
}
