#include "reference_clock.h"

#include <ATen/ATen.h>
#include <malloc.h>

#include <limits>
#include <mutex>

#include "machine_speed.h"
#include "vegttt/core/clock.h"

namespace vegttt::evaluate {

void keep_freed_memory() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
    ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  });
}

double ReferenceClock::run_us(const std::vector<at::Tensor>& inputs, int threads) {
  if (last_.defined()) last_.fill_(-1);
  scrub_caches(threads);
  last_.reset();
  const double start = core::now_s();
  last_ = reference_(inputs);
  return (core::now_s() - start) * 1e6;
}

}  // namespace vegttt::evaluate
