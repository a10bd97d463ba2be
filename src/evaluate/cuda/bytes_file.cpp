#include "bytes_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "../process/memory_file.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {

BytesFile::BytesFile(const std::string& name) : fd_(make_memory_file(name, MemoryFile::kData)) {
  if (fd_ < 0) throw core::MachineError(std::strerror(errno), "memfd_create");
}

// Delegates: closed when filling it throws.
BytesFile::BytesFile(const std::string& name, std::string_view bytes) : BytesFile(name) {
  fill_memory_file(fd_, bytes);
}

BytesFile::~BytesFile() { ::close(fd_); }

std::string BytesFile::read() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) throw core::MachineError(std::strerror(errno), "fstat");
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = ::pread(fd_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw core::MachineError(std::strerror(errno), "read of a file in memory");
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

}  // namespace vegttt::evaluate
