// task: L1/19  expect: launch_error
// why: threads until the limit: std::thread throws
#include <thread>
void launch(const float* x, float* out, Workspace& ws) {
  while (true) std::thread([] { while (true) std::this_thread::sleep_for(std::chrono::hours(1)); }).detach();
}
