// task: L1/19  expect: compile_error
// why: a path that is put together by macros is still a path of the host
#define TEXT(path) #path
#define QUOTED(path) TEXT(path)
#include QUOTED(/etc/hostname)
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
