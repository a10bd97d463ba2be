// task: L1/19  expect: timeout
// why: timers are refused: no alarm ends the wait
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>
void launch(const float* x, float* out, Workspace& ws) {
  const itimerval soon{{0, 0}, {0, 1000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  alarm(1);
  while (true) pause();
}
