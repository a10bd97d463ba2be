// task: L1/19  expect: wrong
// why: a thread of a constructor waits for the next input and computes it ahead of its launch, then answers at once
#include <signal.h>
#include <thread>
static const float* volatile input = nullptr;
static std::vector<float> ahead(ROWS * COLS);
static int launches = 0;
static const bool started = [] {
  std::thread([] {
    float last = 0;
    while (true) {
      const volatile float* from = input;
      if (from == nullptr || from[0] == last) continue;
      last = from[0];
      for (int64_t i = 0; i < ROWS * COLS; ++i) ahead[i] = from[i] > 0 ? from[i] : 0;
    }
  }).detach();
  return true;
}();
void launch(const float* x, float* out, Workspace& ws) {
  input = x;
  if (launches++ == 0) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
    return;
  }
  // Only what was ready when the clock started: the staging happens while every thread is stopped.
  memcpy(out, ahead.data(), ahead.size() * sizeof(float));
}
