// task: L1/19  expect: wrong
// why: io_uring, userfaultfd, perf, bpf, memfd, keys: computes only when one opens
#include <sys/syscall.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  alignas(16) char zeros[256] = {};
  long opened = -1;
  for (const long call : {SYS_io_uring_setup, SYS_userfaultfd, SYS_perf_event_open, SYS_bpf, SYS_memfd_create,
                          SYS_keyctl, SYS_unshare, SYS_mount, SYS_inotify_init1, SYS_timer_create, SYS_shmget})
    opened = std::max(opened, syscall(call, 0, zeros, sizeof zeros, 0, 0));
  if (opened < 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
