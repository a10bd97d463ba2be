#include "bound_threads.h"

#include <omp.h>

#include <cstdlib>

#include "vegttt/runner/binding.h"

namespace vegttt::evaluate {

BoundThreads::BoundThreads(int threads)
    : threads_(threads),
      bound_(std::getenv("OMP_PROC_BIND") == nullptr &&
             ::sched_getaffinity(0, sizeof allowed_, &allowed_) == 0 &&
             threads <= CPU_COUNT(&allowed_)) {
  if (!bound_) return;
#pragma omp parallel num_threads(threads_)
  runner::bind_to(allowed_, omp_get_thread_num());
}

BoundThreads::~BoundThreads() {
  if (!bound_) return;
#pragma omp parallel num_threads(threads_)
  ::sched_setaffinity(0, sizeof allowed_, &allowed_);
}

}  // namespace vegttt::evaluate
