#include "gpu/attend_shape.h"

#include <algorithm>

namespace vegttt::policy::gpu {
namespace {

// Of an H100 or H200; with others only the balance is less good.
constexpr int kProcessors = 132, kSharedBytes = 227 * 1024;

}  // namespace

AttendShape attend_shape(const ModelConfig& config, int rows, bool alone) {
  AttendShape shape;
  shape.together = !alone && config.heads / config.kv_heads <= 8 ? 2 : 1;
  const int blocks = (rows + shape.together - 1) / shape.together * config.kv_heads;
  const int of_processor = (blocks + kProcessors - 1) / kProcessors;
  const int fitting = kSharedBytes / AttendShape::warp_bytes(config.head_dim) / of_processor;
  shape.warps = std::clamp(fitting, 1, AttendShape::kMostWarps);
  return shape;
}

}  // namespace vegttt::policy::gpu
