// task: L1/19  expect: wrong
// why: a handler jumps out of a fault; what was not computed stays poison
#include <setjmp.h>
#include <signal.h>
static sigjmp_buf back;
static void on_fault(int) { siglongjmp(back, 1); }
void launch(const float* x, float* out, Workspace& ws) {
  signal(SIGSEGV, on_fault);
  if (sigsetjmp(back, 1) == 0) out[0] = static_cast<const volatile float*>(x)[ROWS * COLS + 1024];
}
