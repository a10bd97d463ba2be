#include "memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

// Linux 6.3; older headers lack the names, older kernels the flags.
constexpr unsigned kNotExecutable = 0x8, kExecutable = 0x10;

}  // namespace

int make_memory_file(const std::string& name, MemoryFile kind) {
  const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const int fd = ::memfd_create(
      name.c_str(), flags | (kind == MemoryFile::kProgram ? kExecutable : kNotExecutable));
  return fd >= 0 || errno != EINVAL ? fd : ::memfd_create(name.c_str(), flags);
}

void fill_memory_file(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw core::MachineError(std::strerror(errno), "write of a file in memory");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  ::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

}  // namespace vegttt::evaluate
