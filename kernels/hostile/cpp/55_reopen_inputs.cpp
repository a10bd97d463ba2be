// task: L1/19  expect: wrong
// why: no descriptor of a buffer is left to open again; computes only when one is
#include <fcntl.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  int found = 0;
  for (int fd = 3; fd < 64; ++fd) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (open(path, O_RDWR) >= 0 || open(path, O_RDONLY) >= 0 || lseek(fd, 0, SEEK_CUR) >= 0) ++found;
  }
  if (found == 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
