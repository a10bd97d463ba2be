// The reference's OpenMP threads on cores of their own, as a candidate's are.
#pragma once

#include <sched.h>

namespace vegttt::evaluate {

// While one of these lives, this thread and the `threads` of its OpenMP team are bound to one core
// each; afterwards they may run again where this thread might before. Unbound, two threads that
// wake together often share a core for the first millisecond: the reference lost a tenth of its
// speed to it. Where the user binds threads (OMP_PROC_BIND), or there are fewer cores than threads,
// nothing is changed.
class BoundThreads {
 public:
  explicit BoundThreads(int threads);
  ~BoundThreads();
  BoundThreads(const BoundThreads&) = delete;
  BoundThreads& operator=(const BoundThreads&) = delete;

 private:
  int threads_;
  cpu_set_t allowed_;
  bool bound_;
};

}  // namespace vegttt::evaluate
