// task: L1/19  expect: wrong
// why: signals to its group and tracing of others are refused; computes only when one works
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  char byte;
  struct { void* at; size_t n; } here{&byte, 1}, there{&byte, 1};
  if (syscall(SYS_kill, 0, SIGUSR1) < 0 && ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 && ptrace(PTRACE_ATTACH, 1, 0, 0) < 0 &&
      syscall(SYS_process_vm_readv, 1, &here, 1, &there, 1, 0) < 0)
    return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
