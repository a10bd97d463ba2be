#include "plan.h"

#include <cstring>
#include <type_traits>

namespace vegttt::evaluate {
namespace {

constexpr std::uint32_t kWord = 8;

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
