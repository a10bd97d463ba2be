#include "make_plan.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace vegttt::evaluate {
namespace {

constexpr std::uint32_t kWord = 8;

std::string error_text(std::uint32_t error, std::uint64_t workspace_bytes) {
  switch (error) {
    case 1:
      return "`launch` starts more than " + std::to_string(kMostNodes) + " kernels";
    case 2:
      return "`launch` asks for more workspace than there is, " + std::to_string(workspace_bytes) +
             " bytes in all";
    case 3:
      return "`launch` copies from or to the host: only device to device copies are possible";
    default:
      return "`launch` failed (" + std::to_string(error) + ")";
  }
}

std::string dims(const std::array<std::uint32_t, 3>& d) {
  return std::to_string(d[0]) + "x" + std::to_string(d[1]) + "x" + std::to_string(d[2]);
}

// What the device cannot do; "" when it can.
std::string objection_to(const PlanNode& node,
                         const KernelInfo& kernel,
                         const DeviceLimits& limits) {
  std::uint64_t threads = 1;
  for (std::size_t i = 0; i < 3; ++i) {
    if (node.grid[i] == 0 || node.grid[i] > limits.grid[i])
      return "a grid of " + dims(node.grid) + " is not possible, at most " + dims(limits.grid) +
             " and at least 1x1x1";
    if (node.block[i] == 0 || node.block[i] > limits.block[i])
      return "a block of " + dims(node.block) + " is not possible, at most " + dims(limits.block) +
             " and at least 1x1x1";
    threads *= node.block[i];
  }
  if (threads > limits.threads)
    return "a block of " + dims(node.block) + " has " + std::to_string(threads) +
           " threads, at most " + std::to_string(limits.threads) + " are possible";
  if (threads > kernel.most_threads)
    return "a block of " + dims(node.block) + " is larger than its __launch_bounds__, " +
           std::to_string(kernel.most_threads);
  const auto& required = kernel.required_threads;
  for (std::size_t i = 0; i < required.size() && i < 3; ++i)
    if (required[i] != node.block[i])
      return "its block size is fixed to another one than " + dims(node.block);
  if (node.shared_bytes > limits.shared_bytes)
    return std::to_string(node.shared_bytes) + " bytes of shared memory, at most " +
           std::to_string(limits.shared_bytes) + " are possible";
  return "";
}

class Differ {
 public:
  Differ(const Recording& first,
         const Recording& second,
         const std::vector<KernelInfo>& kernels,
         const DeviceLimits& limits)
      : first_(first), second_(second), kernels_(kernels), limits_(limits) {}

  core::Result<Plan> plan() {
    if (first_.error != 0 || second_.error != 0)
      return core::Failure{
          error_text(std::max(first_.error, second_.error), first_.buffers.back().bytes)};
    if (first_.nodes.size() != second_.nodes.size() ||
        first_.workspace_used != second_.workspace_used ||
        first_.workspace_used > first_.buffers.back().bytes)
      return core::Failure{"`launch` depends on the addresses of its buffers"};
    if (first_.nodes.empty()) return core::Failure{"`launch` starts no kernel"};
    for (std::size_t i = 0; i < first_.nodes.size(); ++i) {
      number_ = i + 1;
      std::optional<PlanNode> node = take(first_.nodes[i], second_.nodes[i]);
      if (!node) return core::Failure{objection_};
      plan_.nodes.push_back(std::move(*node));
    }
    plan_.workspace_bytes = first_.workspace_used;
    return std::move(plan_);
  }

 private:
  std::optional<PlanNode> take(const RecordedNode& a, const RecordedNode& b) {
    if (a.kind != b.kind) return depends("what it starts");
    switch (static_cast<NodeKind>(a.kind)) {
      case NodeKind::kKernel:
        return take_kernel(a, b);
      case NodeKind::kMemset:
      case NodeKind::kCopy:
        return take_transfer(a, b);
    }
    return refuse("it was begun but never started");
  }

  std::optional<PlanNode> take_kernel(const RecordedNode& a, const RecordedNode& b) {
    if (a.kernel != b.kernel) return depends("which kernel it starts");
    PlanNode node;
    const std::uint64_t number = a.kernel - kKernelNumber;
    if (number >= kernels_.size()) return refuse("it does not name a kernel of this source");
    node.kernel = static_cast<std::uint32_t>(number);
    std::copy_n(a.grid, 3, node.grid.begin());
    std::copy_n(a.block, 3, node.block.begin());
    node.shared_bytes = a.shared_bytes;
    if (!std::equal(a.grid, a.grid + 3, b.grid) || !std::equal(a.block, a.block + 3, b.block) ||
        a.shared_bytes != b.shared_bytes)
      return depends("its configuration");
    const KernelInfo& kernel = kernels_[node.kernel];
    node.name = kernel.name;
    node.label = kernel.label;
    const std::string objection = objection_to(node, kernel, limits_);
    if (!objection.empty()) return refuse_about(kernel, objection);
    return take_arguments(a, b, kernel, std::move(node));
  }

  std::optional<PlanNode> take_arguments(const RecordedNode& a,
                                         const RecordedNode& b,
                                         const KernelInfo& kernel,
                                         PlanNode node) {
    node.arguments.assign(a.arguments, a.arguments + kernel.argument_bytes);
    for (std::uint32_t at = 0; at < kernel.argument_bytes; at += kWord) {
      const std::uint32_t bytes = std::min(kWord, kernel.argument_bytes - at);
      std::uint64_t x = 0, y = 0;
      std::memcpy(&x, a.arguments + at, bytes);
      std::memcpy(&y, b.arguments + at, bytes);
      if (x == y) continue;
      const std::optional<PlanPointer> pointer = bytes == kWord ? pointer_of(x, y) : std::nullopt;
      if (!pointer)
        return refuse_about(kernel,
                            "its argument at byte " + std::to_string(at) +
                                " points outside of every buffer or depends on addresses");
      std::memset(node.arguments.data() + at, 0, kWord);
      node.pointers.push_back({at, *pointer});
    }
    return node;
  }

  std::optional<PlanNode> take_transfer(const RecordedNode& a, const RecordedNode& b) {
    PlanNode node;
    node.kind = static_cast<NodeKind>(a.kind);
    node.bytes = a.bytes;
    node.value = a.value;
    if (a.bytes != b.bytes || a.value != b.value) return depends("its size");
    const auto to = range_of(a.destination, b.destination, a.bytes);
    if (!to) return refuse("it writes outside of every buffer");
    if (to->buffer + 2 < first_.buffers.size()) return refuse("it writes to an input");
    node.destination = *to;
    if (node.kind == NodeKind::kMemset) return node;
    const auto from = range_of(a.source, b.source, a.bytes);
    if (!from) return refuse("it reads outside of every buffer");
    node.source = *from;
    return node;
  }

  // The end of a buffer is a pointer into it too.
  std::optional<PlanPointer> pointer_of(std::uint64_t x, std::uint64_t y) const {
    for (std::uint32_t i = 0; i < first_.buffers.size(); ++i) {
      const Reservation& a = first_.buffers[i];
      if (x - a.base <= a.bytes && y - second_.buffers[i].base == x - a.base)
        return PlanPointer{i, x - a.base};
    }
    return std::nullopt;
  }

  std::optional<PlanPointer> range_of(std::uint64_t x, std::uint64_t y, std::uint64_t bytes) const {
    const auto pointer = pointer_of(x, y);
    if (!pointer || bytes > first_.buffers[pointer->buffer].bytes - pointer->offset)
      return std::nullopt;
    return pointer;
  }

  std::nullopt_t refuse(const std::string& why) {
    objection_ = "launch " + std::to_string(number_) + ": " + why;
    return std::nullopt;
  }
  std::nullopt_t refuse_about(const KernelInfo& kernel, const std::string& why) {
    objection_ = "launch " + std::to_string(number_) + ", kernel '" + kernel.label + "': " + why;
    return std::nullopt;
  }
  std::nullopt_t depends(const std::string& what) {
    return refuse(what + " depends on the addresses of the buffers");
  }

  const Recording &first_, &second_;
  const std::vector<KernelInfo>& kernels_;
  const DeviceLimits& limits_;
  Plan plan_;
  std::size_t number_ = 0;
  std::string objection_;
};

}  // namespace

core::Result<Plan> make_plan(const Recording& first,
                             const Recording& second,
                             const std::vector<KernelInfo>& kernels,
                             const DeviceLimits& limits) {
  VEGTTT_ASSERT(first.buffers.size() == second.buffers.size() && first.buffers.size() >= 2,
                "both recordings have the same buffers");
  return Differ(first, second, kernels, limits).plan();
}

}  // namespace vegttt::evaluate
