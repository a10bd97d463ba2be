#include "record.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace vegttt::evaluate {
namespace {

template <class T>
bool take(std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

struct Kept {
  Recording recording;
  std::vector<RecordedNode> nodes;
};

bool take_recording(std::string_view& bytes, const std::vector<std::uint64_t>& sizes, Kept& kept) {
  device::RecordingFile places;
  RecordingHeader header{};
  if (!take(bytes, places) || !take(bytes, header) || places.buffers != sizes.size() ||
      header.count > kMostNodes || bytes.size() < header.count * sizeof(RecordedNode))
    return false;
  kept.nodes.resize(header.count);
  std::memcpy(kept.nodes.data(), bytes.data(), header.count * sizeof(RecordedNode));
  bytes.remove_prefix(header.count * sizeof(RecordedNode));
  kept.recording.error = header.error;
  kept.recording.workspace_used = header.workspace_used;
  kept.recording.nodes = kept.nodes;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    kept.recording.buffers.push_back({places.base[i], sizes[i]});
  return true;
}

}  // namespace

device::Request record_request(const std::vector<std::uint64_t>& bytes) {
  VEGTTT_ASSERT(bytes.size() <= device::kMostBuffers, "too many buffers");
  device::Request request;
  request.command = device::Command::kRecord;
  request.buffers = static_cast<std::uint32_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), request.bytes);
  return request;
}

DeviceLimits limits_of(const device::Reply& ready) {
  DeviceLimits limits;
  std::copy(std::begin(ready.grid), std::end(ready.grid), limits.grid.begin());
  std::copy(std::begin(ready.block), std::end(ready.block), limits.block.begin());
  limits.threads = ready.threads;
  limits.shared_bytes = ready.shared_bytes;
  return limits;
}

core::Result<Plan> plan_of_recordings(std::string_view file,
                                      const std::vector<std::uint64_t>& bytes,
                                      const std::vector<KernelInfo>& kernels,
                                      const DeviceLimits& limits) {
  Kept first, second;
  if (!take_recording(file, bytes, first) || !take_recording(file, bytes, second) || !file.empty())
    return core::Failure{"the recording is unreadable"};
  return make_plan(first.recording, second.recording, kernels, limits);
}

}  // namespace vegttt::evaluate
