#include "device_floor.h"

#include <algorithm>

namespace vegttt::evaluate {
namespace {

constexpr double kRateMargin = 1.02;
constexpr double kFlushed = 0.9;         // share of what is read that is surely not in the cache
constexpr double kStrassen = 64.0 / 49;  // two levels
constexpr double kWinograd = 4;          // tiles of 4x4 outputs, kernels of 3x3
constexpr double kLaunchShare = 0.5;     // events tick every half microsecond

double least_flops(const tasks::Task& task, double flops) {
  if (task.family.rfind("conv", 0) == 0) return flops / kWinograd;
  return flops / kStrassen;
}

}  // namespace

double device_floor_us(const tasks::Task& task, const std::string& size, const DeviceSpeed& speed) {
  const tasks::Work work = task.work_at(size);
  const double written = static_cast<double>(task.output(size).bytes());
  const double read = kFlushed * std::max(0.0, work.min_bytes - written);
  const double beyond_cache = std::max(0.0, work.min_bytes - speed.l2_bytes);
  return std::max({kLaunchShare * speed.launch_us,
                   std::max(read, beyond_cache) / (kRateMargin * speed.bytes_per_us),
                   least_flops(task, work.min_flops) / speed.flops_per_us});
}

}  // namespace vegttt::evaluate
