#include "runner_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_evaluate_process.h"

namespace vegttt::evaluate {
namespace {

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw core::MachineError(std::strerror(errno), "write of the runner");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string image_in_memory() {
  const int fd = ::memfd_create("vegttt-runner", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) throw core::MachineError(std::strerror(errno), "memfd_create of the runner");
  write_all(fd, carried::find_embedded("vegttt_runner").value());
  ::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  // By the judge's number: the child that executes it closes its own descriptors first.
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
}

}  // namespace

const std::string& runner_path() {
  static const std::string path = image_in_memory();
  return path;
}

}  // namespace vegttt::evaluate
