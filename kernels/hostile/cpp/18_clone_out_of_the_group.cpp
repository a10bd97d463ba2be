// task: L1/19  expect: wrong
// why: a child in a group of its own would survive the kill
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  const long plain = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  const long shared = syscall(SYS_clone, CLONE_VM | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (plain == 0 || shared == 0) _exit(0);
  if (plain < 0 && shared < 0 && syscall(SYS_vfork) < 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
