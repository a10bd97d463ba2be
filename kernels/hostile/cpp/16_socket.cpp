// task: L1/19  expect: wrong
// why: computes only when it gets a socket of any kind
#include <sys/socket.h>
void launch(const float* x, float* out, Workspace& ws) {
  int pair[2];
  if (socket(AF_INET, SOCK_STREAM, 0) < 0 && socket(AF_UNIX, SOCK_STREAM, 0) < 0 &&
      socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
    return;
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}
