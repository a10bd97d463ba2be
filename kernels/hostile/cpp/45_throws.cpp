// task: L1/19  expect: launch_error
// why: an exception that leaves launch ends the process
#include <stdexcept>
void launch(const float* x, float* out, Workspace& ws) {
  throw std::runtime_error("out of launch");
}
