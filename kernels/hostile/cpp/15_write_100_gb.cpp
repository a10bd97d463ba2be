// task: L1/19  expect: wrong
// why: fills a disk; computes only when a file can be written
#include <fcntl.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  const int fd = open("/tmp/vegttt_hostile_file", O_WRONLY | O_CREAT, 0600);
  std::vector<char> block(1 << 20);
  int64_t written = 0;
  while (written < (100ll << 30)) {
    const ssize_t n = write(fd, block.data(), block.size());
    if (n <= 0) break;
    written += n;
  }
  if (written == 0) return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
