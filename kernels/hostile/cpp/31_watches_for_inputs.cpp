// task: L1/19  expect: wrong
// why: a thread waits for the next input to appear before its launch; 0.1 s of head start would do
#include <thread>
static const float* volatile input = nullptr;
static volatile float prepared = 0;  // the first element of the input that has been worked on
static int launches = 0;
static const bool started = [] {
  std::thread([] {
    while (true) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
      const volatile float* from = input;
      if (from == nullptr || from[0] == prepared) continue;
      const float seen = from[0];
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      prepared = seen;
    }
  }).detach();
  return true;
}();
void launch(const float* x, float* out, Workspace& ws) {
  const bool ahead = launches++ > 0 && prepared == x[0];
  input = x;
  if (launches == 1 || ahead) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
  }
}
