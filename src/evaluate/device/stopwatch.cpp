#include "stopwatch.h"

#include <time.h>

#include <algorithm>
#include <array>

namespace vegttt::evaluate::device {

using cuda::driver;

double now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

Stream::Stream() {
  must(driver().stream_create(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
}
Stream::~Stream() { driver().stream_destroy(stream_); }

Event::Event() { must(driver().event_create(&event_, CU_EVENT_DEFAULT), "cuEventCreate"); }
Event::~Event() { driver().event_destroy(event_); }

Stopwatch::Stopwatch(const Module& helpers, CUstream stream)
    : stream_(stream),
      spin_(helpers.function("vegttt_spin")),
      nothing_(helpers.function("vegttt_nothing")) {}

Timed Stopwatch::time(double block_us, const std::function<void()>& launches) {
  Timed timed;
  timed.block_us = block_us;
  auto nanoseconds = static_cast<std::uint64_t>(block_us * 1e3);
  void* arguments[] = {&nanoseconds};
  const double start = now_us();
  must(driver().launch(spin_, 1, 1, 1, 1, 1, 1, 0, stream_, arguments, nullptr), "cuLaunchKernel");
  must(driver().event_record(begin_.get(), stream_), "cuEventRecord");
  const auto wait = [&] {
    candidate_must(driver().stream_synchronize(stream_), "running the kernels");
  };
  try {
    launches();
  } catch (const Failed&) {
    wait();
    throw;
  }
  candidate_must(driver().event_record(end_.get(), stream_), "running the kernels");
  timed.queue_us = now_us() - start;
  wait();
  timed.wall_us = now_us() - start;
  float ms = 0;
  must(driver().event_elapsed_ms(&ms, begin_.get(), end_.get()), "cuEventElapsedTime");
  timed.elapsed_us = static_cast<double>(ms) * 1e3;
  return timed;
}

Calm Stopwatch::calm(std::size_t kernels, double block_us) {
  const auto launches = [&] {
    for (std::size_t i = 0; i < kernels; ++i)
      must(driver().launch(nothing_, 1, 1, 1, 1, 1, 1, 0, stream_, nullptr, nullptr),
           "cuLaunchKernel");
  };
  time(block_us, launches);  // the first one takes longer
  std::array<double, 9> us{}, elapsed{};
  for (std::size_t i = 0; i < us.size(); ++i) {
    const Timed timed = time(block_us, launches);
    us[i] = timed.unaccounted_us();
    elapsed[i] = timed.elapsed_us;
  }
  std::sort(us.begin(), us.end());
  std::sort(elapsed.begin(), elapsed.end());
  return {us[4], us[7] - us[4], elapsed[4]};
}

}  // namespace vegttt::evaluate::device
