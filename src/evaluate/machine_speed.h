// How fast these cores can be at best: the floor below which no honest kernel ends.
#pragma once

#include <cstddef>
#include <string>

#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

struct MachineSpeed {
  double bytes_per_us = 0;  // best of measured copy, read and write rates, caches included
  double flops_per_us =
      0;  // generous: every core at 5 GHz with two fused multiply-adds of the widest vectors
  double cache_bytes = 0;  // second-level caches of the cores in use
};

// Measured once per process and thread count (about 60 ms).
const MachineSpeed& machine_speed(int threads);

// Microseconds that the least work of a task takes at least.
double floor_us(const tasks::Work& work, const MachineSpeed& speed);

int usable_cores();
std::string machine_name(int threads);  // "Intel Xeon Processor, 2 threads"

// Overwrites the caches next to the cores with something else, on the threads that ATen and OpenMP
// use. The last-level cache is shared with other machines here and far larger: it cannot be
// flushed, only treated alike.
void scrub_caches(int threads);

// Waits until no thread of this process spins any more (OpenMP's do, for milliseconds, after a
// parallel region).
void wait_until_quiet();

}  // namespace vegttt::evaluate
