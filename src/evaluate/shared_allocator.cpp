#include "shared_allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "process/memory_file.h"

namespace vegttt::evaluate {
namespace {

constexpr std::size_t kSmallest =
    std::size_t{64} << 10;  // smaller ones come from the heap, warm as everything there
constexpr std::size_t kMostIdle = std::size_t{1} << 30;  // kept for the next reference

// Of the SharedOutputs that lives on this thread.
thread_local bool active = false;
thread_local std::span<std::byte> place;  // empty once it is taken

// Blocks by address and idle blocks by size.
class Pool {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const std::size_t rounded = (bytes + 4095) / 4096 * 4096;
    void* block = nullptr;
    if (const auto found = idle_.find(rounded); found != idle_.end()) {
      block = found->second;
      idle_.erase(found);
      idle_bytes_ -= rounded;
    } else {
      block = map(rounded);
    }
    if (block != nullptr) sizes_[block] = rounded;
    return block;
  }

  // Somebody else's memory: giving it back does nothing.
  void* lend(void* block) {
    const std::lock_guard lock(mutex_);
    sizes_[block] = 0;
    return block;
  }

  // False when the address is not of this pool.
  bool give_back(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    const std::size_t bytes = found->second;
    sizes_.erase(found);
    if (bytes == 0) return true;
    if (idle_bytes_ + bytes > kMostIdle) {
      ::munmap(block, bytes);
    } else {
      idle_.emplace(bytes, block);
      idle_bytes_ += bytes;
    }
    return true;
  }

 private:
  static void* map(std::size_t bytes) {
    const int fd = make_memory_file("vegttt-reference", MemoryFile::kData);
    if (fd < 0) return nullptr;
    void* block = MAP_FAILED;
    if (::ftruncate(fd, static_cast<off_t>(bytes)) == 0)
      block = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (block == MAP_FAILED) return nullptr;
    std::memset(block, 0, bytes);
    return block;
  }

  std::mutex mutex_;
  std::map<void*, std::size_t> sizes_;
  std::multimap<std::size_t, void*> idle_;
  std::size_t idle_bytes_ = 0;
};

Pool& pool() {
  static Pool* one = new Pool;  // outlives every tensor
  return *one;
}

c10::Allocator* heap = nullptr;

void release(void* data) {
  if (data != nullptr && !pool().give_back(data)) heap->raw_deleter()(data);
}

class ScopedAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (!place.empty() && bytes == place.size()) {
      void* output = pool().lend(std::exchange(place, {}).data());
      return {output, output, &release, c10::Device(c10::DeviceType::CPU)};
    }
    void* block = active && bytes >= kSmallest ? pool().take(bytes) : nullptr;
    if (block == nullptr) return heap->allocate(bytes);
    return {block, block, &release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }
};

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    heap = c10::GetDefaultCPUAllocator();
    c10::SetCPUAllocator(new ScopedAllocator, 100);
  });
}

}  // namespace

SharedOutputs::SharedOutputs(std::span<std::byte> output) {
  install();
  active = true;
  place = output;
}

SharedOutputs::~SharedOutputs() {
  active = false;
  place = {};
}

}  // namespace vegttt::evaluate
