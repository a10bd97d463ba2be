// task: L1/19  expect: wrong
// why: system, popen and execve; computes only when one works
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  if (system("true") != 0 && popen("true", "r") == nullptr && execl("/bin/true", "true", nullptr) != 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
