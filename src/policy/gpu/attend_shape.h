// How the kernel `attend` (kernels/policy/attend.cu) is launched.
#pragma once

#include "vegttt/policy/model_config.h"

namespace vegttt::policy::gpu {

struct AttendShape {
  static constexpr int kMostWarps = 7;
  // Shared memory of a warp: two chunks of 32 keys and 32 values.
  static constexpr int warp_bytes(int head_dim) { return 2 * 2 * 32 * head_dim * 2; }

  int together = 1;  // rows of a block
  int warps = 1;     // of a block
};

// Two rows a block, since their prompt is then read once for both, and as many warps as let all
// blocks be on the device at once. `alone`: a row to itself, so that its sums do not depend on its
// neighbours. Measured on an H200, microseconds a layer: Qwen2.5-7B, 160 rows, prompt 512, own 64
// to 255: 37 (three warps and one row a block: 54); gpt-oss: 33 (45).
AttendShape attend_shape(const ModelConfig& config, int rows, bool alone);

}  // namespace vegttt::policy::gpu
