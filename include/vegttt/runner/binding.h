// Threads on cores of their own, the same for candidates and references.
#pragma once

#include <sched.h>

namespace vegttt::runner {

// The calling thread to the n-th core of `allowed`, counted from 0. Nothing happens where there are
// fewer.
inline void bind_to(const cpu_set_t& allowed, int n) {
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && n-- == 0) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(cpu, &one);
      ::sched_setaffinity(0, sizeof one, &one);
      return;
    }
}

}  // namespace vegttt::runner
