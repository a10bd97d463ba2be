#include "vegttt/core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "advice.h"
#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

[[noreturn]] void fail(const fs::path& path, const char* call, int error) {
  throw MachineError(path.string() + ": " + std::strerror(error) + advice_on(error), call);
}

// Closes and, unless `keep` is called, removes the half-written file.
class HalfWritten {
 public:
  HalfWritten(int fd, fs::path path) : fd_(fd), path_(std::move(path)) {}
  ~HalfWritten() {
    if (fd_ >= 0) ::close(fd_);
    if (!kept_) ::unlink(path_.c_str());
  }
  HalfWritten(const HalfWritten&) = delete;
  HalfWritten& operator=(const HalfWritten&) = delete;
  int close() {
    const int status = ::close(fd_);
    fd_ = -1;
    return status;
  }
  void keep() { kept_ = true; }

 private:
  int fd_;
  fs::path path_;
  bool kept_ = false;
};

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path, "write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  fs::path name = path;
  name += ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
  return name;
}

// Makes the rename itself durable; not every file system can, so a refusal is no error.
void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

std::string read_file(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw UserError(std::string("cannot be read: ") + std::strerror(errno), path.string());
  std::string contents;
  char chunk[1 << 16];
  while (true) {
    const ssize_t n = ::read(fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      throw UserError(std::string("cannot be read: ") + std::strerror(error), path.string());
    }
    if (n == 0) break;
    contents.append(chunk, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return contents;
}

void write_file_atomically(const fs::path& path, std::string_view contents) {
  const fs::path temporary = temporary_beside(path);
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail(path, "open", errno);
  HalfWritten file(fd, temporary);
  write_all(fd, contents, path);
  if (::fsync(fd) != 0) fail(path, "fsync", errno);
  if (file.close() != 0) fail(path, "close", errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "rename", errno);
  file.keep();
  sync_folder(path.parent_path());
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail(path, "mkdir", error.value());
  if (!fs::is_directory(path, error))
    throw MachineError(path.string() + ": exists and is not a folder", "mkdir");
}

TemporaryFolder::TemporaryFolder(const std::string& prefix) {
  std::error_code error;
  fs::path base = fs::temp_directory_path(error);
  if (error) throw MachineError("no temporary folder: " + error.message(), "temp_directory_path");
  std::string pattern = (base / (prefix + ".XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) fail(pattern, "mkdtemp", errno);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace vegttt::core
