#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "memory_file.h"
#include "vegttt/core/error.h"
#include "vegttt/evaluate/runner.h"
#include "vegttt/runner/protocol.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace vegttt::evaluate {

SharedBuffer::SharedBuffer(std::size_t bytes, const std::string& name)
    : size_(bytes), mapped_(runner::mapped_bytes(bytes)) {
  const auto fail = [&](const char* call) {
    const int error = errno;
    if (fd_ >= 0) ::close(fd_);
    throw core::MachineError("no shared memory of " + std::to_string(bytes) + " bytes for " + name +
                                 ": " + std::strerror(error),
                             call);
  };
  fd_ = make_memory_file(name, MemoryFile::kData);
  if (fd_ < 0) fail("memfd_create");
  if (::ftruncate(fd_, static_cast<off_t>(mapped_)) != 0) fail("ftruncate");
  void* mapped = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (mapped == MAP_FAILED) fail("mmap");
  base_ = static_cast<std::byte*>(mapped);
  // The runner may not cut the file short under the judge's mapping.
  if (::fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) fail("F_ADD_SEALS");
}

SharedBuffer::~SharedBuffer() {
  if (base_ != nullptr) ::munmap(base_, mapped_);
  if (fd_ >= 0) ::close(fd_);
}

SharedBuffer::SharedBuffer(SharedBuffer&& other) noexcept
    : size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)),
      base_(std::exchange(other.base_, nullptr)),
      fd_(std::exchange(other.fd_, -1)) {}

SharedBuffer& SharedBuffer::operator=(SharedBuffer&& other) noexcept {
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  std::swap(base_, other.base_);
  std::swap(fd_, other.fd_);
  return *this;
}

std::span<std::byte> SharedBuffer::bytes() const {
  return {base_ + runner::first_byte(size_), size_};
}

void SharedBuffer::seal() {
  if (::fcntl(fd_, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) != 0)
    throw core::MachineError(std::strerror(errno), "F_SEAL_FUTURE_WRITE");
}

}  // namespace vegttt::evaluate
