// What `launch` asked for, as plain data: no address in it but (buffer, offset). The executor
// replays it any number of times over any buffers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "program.h"
#include "vegttt/core/result.h"

namespace vegttt::evaluate {

// Of a candidate's buffers: the inputs in task order, the output, the workspace.
struct PlanPointer {
  std::uint32_t buffer = 0;
  std::uint64_t offset = 0;
};

// A word of a kernel's arguments that is an address.
struct PointerArgument {
  std::uint32_t at = 0;  // byte in the arguments
  PlanPointer pointer;
};

enum class NodeKind : std::uint32_t { kKernel = 1, kMemset = 2, kCopy = 3 };

struct PlanNode {
  NodeKind kind = NodeKind::kKernel;
  std::uint32_t kernel = 0;  // its place in the program's list
  std::string name, label;   // of the kernel: as loaded, as the model wrote it
  std::array<std::uint32_t, 3> grid{}, block{};
  std::uint32_t shared_bytes = 0;    // dynamic
  std::vector<std::byte> arguments;  // addresses are zero in it
  std::vector<PointerArgument> pointers;
  PlanPointer destination, source;  // memset, copy
  std::uint64_t bytes = 0;
  std::uint32_t value = 0;
};

struct Plan {
  std::vector<PlanNode> nodes;
  std::uint64_t workspace_bytes = 0;  // handed out; poisoned before every launch
};

inline constexpr std::uint32_t kMostNodes = 4096;

// For the executor, and back. The bytes are refused when they are not what to_bytes writes.
std::string to_bytes(const Plan& plan);
core::Result<Plan> plan_from_bytes(std::string_view bytes);

}  // namespace vegttt::evaluate
