#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "advice.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"

namespace vegttt::core {
namespace {

[[noreturn]] void fail(const fs::path& path, const char* call) {
  const int error = errno;
  throw MachineError(path.string() + ": " + std::strerror(error) + advice_on(error), call);
}

// Length of the file up to and including its last newline.
off_t whole_lines(int fd, off_t size) {
  char chunk[4096];
  while (size > 0) {
    const off_t start =
        size > static_cast<off_t>(sizeof chunk) ? size - static_cast<off_t>(sizeof chunk) : 0;
    const ssize_t n = ::pread(fd, chunk, static_cast<std::size_t>(size - start), start);
    if (n <= 0) return size;
    for (ssize_t i = n; i > 0; --i) {
      if (chunk[i - 1] == '\n') return start + i;
    }
    size = start;
  }
  return 0;
}

}  // namespace

LineAppender::LineAppender(const fs::path& path) : path_(path) {
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) fail(path_, "open");
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail(path_, "fstat");
  const off_t kept = whole_lines(fd_, status.st_size);
  if (kept != status.st_size && ::ftruncate(fd_, kept) != 0) fail(path_, "ftruncate");
}

LineAppender::~LineAppender() {
  if (fd_ >= 0) ::close(fd_);
}

void LineAppender::append(std::string_view line) {
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path_, "write");
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

void LineAppender::sync() {
  if (::fdatasync(fd_) != 0) fail(path_, "fdatasync");
}

}  // namespace vegttt::core
