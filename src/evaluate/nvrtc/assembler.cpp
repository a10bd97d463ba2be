#include "assembler.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "jail.h"

namespace vegttt::evaluate::nvrtc {
namespace {

constexpr int kMissing = 127;

struct Pipe {
  int read = -1, write = -1;
  bool open() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return false;
    read = fds[0], write = fds[1];
    return true;
  }
};

// ptxas copies a program on its standard input to a temporary file first, unless it is named.
[[noreturn]] void become(const std::string& path, const std::string& architecture) {
  const std::string arch = "-arch=sm_" + architecture;
  const char* const arguments[] = {
      path.c_str(), arch.c_str(), "-o", "/dev/stdout", "/dev/stdin", nullptr};
  const char* const environment[] = {"PATH=/usr/bin", nullptr};
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (close_in_for(path))
    ::execve(path.c_str(), const_cast<char**>(arguments), const_cast<char**>(environment));
  ::_exit(kMissing);
}

bool read_some(int fd, std::string& text) {
  char chunk[1 << 16];
  const ssize_t n = ::read(fd, chunk, sizeof chunk);
  if (n > 0) text.append(chunk, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

void close_one(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

}  // namespace

bool Assembler::start(const std::string& path, const std::string& architecture) {
  Pipe in, out, err;
  if (!in.open() || !out.open() || !err.open()) return false;
  process_ = ::fork();
  if (process_ == 0) {
    ::dup2(in.read, 0), ::dup2(out.write, 1), ::dup2(err.write, 2);
    become(path, architecture);
  }
  ::close(in.read), ::close(out.write), ::close(err.write);
  in_ = in.write, out_ = out.read, err_ = err.read;
  ::signal(SIGPIPE, SIG_IGN);
  return process_ > 0;
}

// It reads all of its program before it says anything.
void Assembler::give(const std::string& ptx) {
  for (std::size_t written = 0; written < ptx.size();) {
    const ssize_t n = ::write(in_, ptx.data() + written, ptx.size() - written);
    if (n < 0 && errno != EINTR) break;
    if (n > 0) written += static_cast<std::size_t>(n);
  }
  close_one(in_);
}

Assembler::Output Assembler::wait() {
  Output output;
  while (out_ >= 0 || err_ >= 0) {
    pollfd fds[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) break;
    if (fds[0].revents != 0 && !read_some(out_, output.cubin)) close_one(out_);
    if (fds[1].revents != 0 && !read_some(err_, output.message)) close_one(err_);
  }
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) output.signal = WTERMSIG(status);
  output.missing = WIFEXITED(status) && WEXITSTATUS(status) == kMissing;
  if (status != 0) output.cubin.clear();
  return output;
}

}  // namespace vegttt::evaluate::nvrtc
