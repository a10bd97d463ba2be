#include "staging.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

std::mutex mutex;
std::vector<SharedBuffer> kept;  // of the last session

std::vector<std::size_t> sizes_of(const std::vector<SharedBuffer>& buffers) {
  std::vector<std::size_t> sizes;
  for (const auto& buffer : buffers) sizes.push_back(buffer.size());
  return sizes;
}

std::vector<SharedBuffer> take_kept(const std::vector<std::size_t>& sizes) {
  const std::lock_guard lock(mutex);
  std::vector<SharedBuffer> taken = std::exchange(kept, {});
  if (sizes_of(taken) != sizes) taken.clear();
  return taken;
}

}  // namespace

Staging::Staging(const std::vector<std::size_t>& sizes) : buffers_(take_kept(sizes)) {
  if (!buffers_.empty()) {
    for (auto& buffer : buffers_) std::memset(buffer.bytes().data(), 0, buffer.size());
    return;
  }
  for (const std::size_t size : sizes) {
    buffers_.emplace_back(size, "vegttt-input");
    std::memset(
        buffers_.back().bytes().data(), 0, size);  // the pages exist before a runner maps them
    buffers_.back().seal();
  }
}

Staging::~Staging() {
  const std::lock_guard lock(mutex);
  kept = std::move(buffers_);
}

std::vector<int> Staging::read_only_descriptors() const {
  std::vector<int> descriptors;
  for (const auto& buffer : buffers_) {
    const std::string path = "/proc/self/fd/" + std::to_string(buffer.fd());
    descriptors.push_back(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptors.back() < 0)
      throw core::MachineError(std::strerror(errno), "open of a staging buffer");
  }
  return descriptors;
}

void Staging::fill(const std::vector<const SharedBuffer*>& set) {
  for (std::size_t i = 0; i < buffers_.size(); ++i)
    std::memcpy(buffers_[i].bytes().data(), set.at(i)->bytes().data(), buffers_[i].size());
}

}  // namespace vegttt::evaluate
