// How fast a task can be done at best. No GPU, no LibTorch: rates come from device_speed.h.
#pragma once

#include <string>

#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

struct DeviceSpeed {
  double bytes_per_us = 0;  // the best of measured read, write and copy rates
  double flops_per_us = 0;  // measured on tensor cores, bfloat16, with a margin
  double launch_us = 0;     // an empty kernel between events
  double l2_bytes = 0;
};

// Microseconds below which nobody computes this. Inputs are not in the cache when a repetition
// begins, so what is read comes from memory; what is written may stay in the cache. Products may be
// split into three of bfloat16 and still be exact enough, and sums of products be computed with
// fewer multiplications (Strassen; Winograd for convolutions): so the rate of one bfloat16 product
// bounds every contract, and the least work is less than the textbook's.
double device_floor_us(const tasks::Task& task, const std::string& size, const DeviceSpeed& speed);

}  // namespace vegttt::evaluate
