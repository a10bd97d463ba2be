#include "plan.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace vegttt::evaluate {
namespace {

constexpr std::uint32_t kWord = 8;

std::string error_text(std::uint32_t error) {
  switch (error) {
    case 1:
      return "`launch` starts more than " + std::to_string(kMostNodes) + " kernels";
    case 2:
      return "`launch` asks for more workspace than there is";
    case 3:
      return "`launch` copies from or to the host: only device to device copies are possible";
    default:
      return "`launch` failed (" + std::to_string(error) + ")";
  }
}

std::string dims(const std::array<std::uint32_t, 3>& d) {
  return std::to_string(d[0]) + "x" + std::to_string(d[1]) + "x" + std::to_string(d[2]);
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
      return core::Failure{error_text(std::max(first_.error, second_.error))};
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
    objection_ = objection_to(node, kernel);
    if (!objection_.empty()) return refuse_about(kernel, objection_);
    return take_arguments(a, b, kernel, std::move(node));
  }

  std::string objection_to(const PlanNode& node, const KernelInfo& kernel) const {
    std::uint64_t threads = 1;
    for (std::size_t i = 0; i < 3; ++i) {
      if (node.grid[i] == 0 || node.grid[i] > limits_.grid[i])
        return "a grid of " + dims(node.grid) + " is not possible, at most " + dims(limits_.grid) +
               " and at least 1x1x1";
      if (node.block[i] == 0 || node.block[i] > limits_.block[i])
        return "a block of " + dims(node.block) + " is not possible, at most " +
               dims(limits_.block) + " and at least 1x1x1";
      threads *= node.block[i];
    }
    if (threads > limits_.threads)
      return "a block of " + dims(node.block) + " has " + std::to_string(threads) +
             " threads, at most " + std::to_string(limits_.threads) + " are possible";
    if (threads > kernel.most_threads)
      return "a block of " + dims(node.block) + " is larger than its __launch_bounds__, " +
             std::to_string(kernel.most_threads);
    const auto& required = kernel.required_threads;
    for (std::size_t i = 0; i < required.size() && i < 3; ++i)
      if (required[i] != node.block[i])
        return "its block size is fixed to another one than " + dims(node.block);
    if (node.shared_bytes > limits_.shared_bytes)
      return std::to_string(node.shared_bytes) + " bytes of shared memory, at most " +
             std::to_string(limits_.shared_bytes) + " are possible";
    return "";
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

class Writer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::byte* data, std::size_t size) {
    put(static_cast<std::uint64_t>(size));
    bytes_.append(reinterpret_cast<const char*>(data), size);
  }
  void put(const std::string& text) {
    put(reinterpret_cast<const std::byte*>(text.data()), text.size());
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  bool get(T& value) {
    if (bytes_.size() < sizeof value) return false;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return true;
  }
  bool get(std::string& text) {
    std::vector<std::byte> data;
    if (!get(data)) return false;
    text.assign(reinterpret_cast<const char*>(data.data()), data.size());
    return true;
  }
  bool get(std::vector<std::byte>& data) {
    std::uint64_t size = 0;
    if (!get(size) || size > bytes_.size()) return false;
    const auto* begin = reinterpret_cast<const std::byte*>(bytes_.data());
    data.assign(begin, begin + size);
    bytes_.remove_prefix(size);
    return true;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

// The fields of a node that need no care, in one order for both ways.
template <class Self, class F>
bool each_field(Self& node, F f) {
  return f(node.kind) && f(node.kernel) && f(node.name) && f(node.label) && f(node.grid) &&
         f(node.block) && f(node.shared_bytes) && f(node.destination) && f(node.source) &&
         f(node.bytes) && f(node.value);
}

bool read_node(Reader& in, PlanNode& node) {
  std::uint64_t pointers = 0;
  if (!each_field(node, [&](auto& field) { return in.get(field); }) || !in.get(node.arguments) ||
      !in.get(pointers) || pointers > kMostArgumentBytes / kWord)
    return false;
  node.pointers.resize(pointers);
  for (PointerArgument& pointer : node.pointers)
    if (!in.get(pointer) || pointer.at + kWord > node.arguments.size()) return false;
  return true;
}

}  // namespace

core::Result<Plan> make_plan(const Recording& first,
                             const Recording& second,
                             const std::vector<KernelInfo>& kernels,
                             const DeviceLimits& limits) {
  VEGTTT_ASSERT(first.buffers.size() == second.buffers.size() && first.buffers.size() >= 2,
                "both recordings have the same buffers");
  return Differ(first, second, kernels, limits).plan();
}

std::string to_bytes(const Plan& plan) {
  Writer out;
  out.put(plan.workspace_bytes);
  out.put(static_cast<std::uint64_t>(plan.nodes.size()));
  for (const PlanNode& node : plan.nodes) {
    each_field(node, [&](const auto& field) { return out.put(field), true; });
    out.put(node.arguments.data(), node.arguments.size());
    out.put(static_cast<std::uint64_t>(node.pointers.size()));
    for (const PointerArgument& pointer : node.pointers) out.put(pointer);
  }
  return out.take();
}

core::Result<Plan> plan_from_bytes(std::string_view bytes) {
  const core::Failure unreadable{"not a plan"};
  Reader in(bytes);
  Plan plan;
  std::uint64_t nodes = 0;
  if (!in.get(plan.workspace_bytes) || !in.get(nodes) || nodes > kMostNodes) return unreadable;
  plan.nodes.resize(nodes);
  for (PlanNode& node : plan.nodes)
    if (!read_node(in, node)) return unreadable;
  if (!in.at_end()) return unreadable;
  return plan;
}

}  // namespace vegttt::evaluate
