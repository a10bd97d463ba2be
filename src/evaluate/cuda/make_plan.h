// Two recordings of one `launch` become a plan, or a reason why not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "plan.h"
#include "program.h"
#include "vegttt/core/result.h"

namespace vegttt::evaluate {

// As in kernels/prelude/cuda/vegttt_recorder.h, field by field.
struct RecordedNode {
  std::byte arguments[kMostArgumentBytes];
  std::uint32_t kind, shared_bytes;
  std::uint32_t grid[3], block[3];
  std::uint64_t kernel;
  std::uint64_t destination, source, bytes;
  std::uint32_t value, unused;
};
static_assert(sizeof(RecordedNode) == kMostArgumentBytes + 2 * 4 + 6 * 4 + 4 * 8 + 8);

struct RecordingHeader {
  std::uint32_t count, capacity;
  std::uint32_t error, done;
  std::uint64_t workspace_used;
  std::uint64_t workspace, nodes;  // addresses on the device
  std::int32_t attributes[160];
};
static_assert(sizeof(RecordingHeader) == 16 + 24 + 640);

// Address space that a recording was given for one buffer.
struct Reservation {
  std::uint64_t base = 0, bytes = 0;
};

struct Recording {
  std::uint32_t error = 0;
  std::uint64_t workspace_used = 0;
  std::span<const RecordedNode> nodes;
  std::vector<Reservation> buffers;  // inputs, output, workspace
};

struct DeviceLimits {
  std::array<std::uint32_t, 3> grid = {2147483647u, 65535u, 65535u};
  std::array<std::uint32_t, 3> block = {1024, 1024, 64};
  std::uint32_t threads = 1024;
  std::uint32_t shared_bytes = 227u << 10;  // static and dynamic, after opting in
};

// The two recordings were given different addresses, displaced by a different distance for every
// buffer. Words that moved along with one buffer are pointers into it; everything else must be
// equal. A Failure is a message for the model: what is beyond the device's limits, points outside
// of the buffers or depends on addresses.
core::Result<Plan> make_plan(const Recording& first,
                             const Recording& second,
                             const std::vector<KernelInfo>& kernels,
                             const DeviceLimits& limits);

}  // namespace vegttt::evaluate
