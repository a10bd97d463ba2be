#include "vegttt/core/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

struct Pipe {
  int read = -1, write = -1;
  // `socket`: writing to a reader that is gone can be asked to be an error code, not a signal.
  explicit Pipe(bool socket = false) {
    int fds[2];
    const int failed = socket ? ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)
                              : ::pipe2(fds, O_CLOEXEC);
    if (failed != 0) throw MachineError(std::strerror(errno), socket ? "socketpair" : "pipe2");
    read = fds[0];
    write = fds[1];
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() { close_one(read); }
  void close_write() { close_one(write); }
  static void close_one(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const auto& s : strings) list.push_back(const_cast<char*>(s.c_str()));
  list.push_back(nullptr);
  return list;
}

// Everything the child needs, prepared before fork: no allocation happens after it.
struct Prepared {
  std::vector<char*> argv, environment;
  const char* folder = nullptr;
  const std::function<bool()>* before_exec = nullptr;
};

struct Pipes {
  Pipe in{true};
  Pipe out, err, exec_error;
};

[[noreturn]] void become(const Prepared& prepared, const Pipes& pipes) {
  ::setpgid(0, 0);
  ::dup2(pipes.in.read, 0);
  ::dup2(pipes.out.write, 1);
  ::dup2(pipes.err.write, 2);
  // Handlers do not survive exec but ignored signals do.
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  int error = 0;
  if (prepared.folder != nullptr && ::chdir(prepared.folder) != 0) error = errno;
  if (error == 0) {
    if (*prepared.before_exec && !(*prepared.before_exec)()) ::_exit(126);
    if (prepared.environment.size() > 1)
      ::execvpe(prepared.argv[0], prepared.argv.data(), prepared.environment.data());
    else
      ::execvp(prepared.argv[0], prepared.argv.data());
    error = errno;
  }
  [[maybe_unused]] const ssize_t n = ::write(pipes.exec_error.write, &error, sizeof error);
  ::_exit(127);
}

void append_limited(std::string& text, const char* bytes, std::size_t n, std::size_t limit) {
  if (text.size() < limit) text.append(bytes, std::min(n, limit - text.size()));
}

// Reads what is there; false at the end of the stream.
bool drain(int fd, std::string& text, std::size_t limit) {
  char chunk[1 << 16];
  const ssize_t n = ::read(fd, chunk, sizeof chunk);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  append_limited(text, chunk, static_cast<std::size_t>(n), limit);
  return n > 0;
}

// Feeds stdin; false when there is nothing left to write or nobody reads.
bool feed(int fd, std::string_view& rest) {
  if (rest.empty()) return false;
  const ssize_t n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  rest.remove_prefix(static_cast<std::size_t>(n));
  return !rest.empty();
}

// What lies in the pipe now, without waiting for more.
void drain_rest(int fd, std::string& text, std::size_t limit) {
  pollfd one{fd, POLLIN, 0};
  while (fd >= 0 && ::poll(&one, 1, 0) > 0 && drain(fd, text, limit)) {
  }
}

// Waits for `pid` at most until the deadline; polls, since a grandchild may keep the pipes open.
bool reap(pid_t pid, int& status, double deadline_s) {
  while (true) {
    const pid_t done = ::waitpid(pid, &status, WNOHANG);
    if (done == pid) return true;
    if (done < 0 && errno != EINTR) throw MachineError(std::strerror(errno), "waitpid");
    if (now_s() >= deadline_s) return false;
    ::usleep(500);
  }
}

// Moves bytes until both outputs end, the child is gone or the deadline passes. True when the child
// was reaped.
bool communicate(pid_t pid,
                 Pipes& pipes,
                 const ProcessOptions& options,
                 double deadline_s,
                 ProcessResult& result,
                 int& status) {
  std::string_view rest = options.stdin_text;
  if (rest.empty()) pipes.in.close_write();
  bool reaped = false;
  while (pipes.out.read >= 0 || pipes.err.read >= 0) {
    if (now_s() >= deadline_s) return reaped;
    pollfd fds[3] = {
        {pipes.out.read, POLLIN, 0}, {pipes.err.read, POLLIN, 0}, {pipes.in.write, POLLOUT, 0}};
    const int wait_ms = static_cast<int>(std::clamp((deadline_s - now_s()) * 1000, 1.0, 20.0));
    const int ready = ::poll(fds, 3, wait_ms);
    if (ready > 0) {
      if (fds[0].revents != 0 && !drain(fds[0].fd, result.out, options.max_output_bytes))
        pipes.out.close_read();
      if (fds[1].revents != 0 && !drain(fds[1].fd, result.err, options.max_output_bytes))
        pipes.err.close_read();
      if (fds[2].revents != 0 && !feed(fds[2].fd, rest)) pipes.in.close_write();
      continue;
    }
    // Quiet: a child that has ended leaves only grandchildren behind the pipes, and those are
    // killed anyway.
    if (!reaped && ::waitpid(pid, &status, WNOHANG) == pid) reaped = true;
    if (!reaped) continue;
    // It may have written between the poll and its end.
    drain_rest(pipes.out.read, result.out, options.max_output_bytes);
    drain_rest(pipes.err.read, result.err, options.max_output_bytes);
    return true;
  }
  return reaped || reap(pid, status, deadline_s);
}

void throw_if_not_started(Pipes& pipes, pid_t pid, const std::string& command) {
  int error = 0;
  ssize_t n;
  do n = ::read(pipes.exec_error.read, &error, sizeof error);
  while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(sizeof error)) return;
  int status = 0;
  ::waitpid(pid, &status, 0);
  throw MachineError(command + " cannot be started: " + std::strerror(error), "exec");
}

pid_t start(const ProcessOptions& options, Pipes& pipes) {
  Prepared prepared;
  prepared.argv = pointers(options.argv);
  prepared.environment = pointers(options.environment);
  prepared.folder = options.working_folder.empty() ? nullptr : options.working_folder.c_str();
  prepared.before_exec = &options.before_exec;
  const pid_t pid = ::fork();
  if (pid < 0) throw MachineError(std::strerror(errno), "fork");
  if (pid == 0) become(prepared, pipes);
  ::setpgid(pid, pid);  // also here: whoever comes first; the kill below needs the group
  pipes.in.close_read();
  pipes.out.close_write();
  pipes.err.close_write();
  pipes.exec_error.close_write();
  ::fcntl(pipes.in.write, F_SETFL, O_NONBLOCK);
  return pid;
}

}  // namespace

ProcessResult run_process(const ProcessOptions& options) {
  VEGTTT_ASSERT(!options.argv.empty(), "a command to run");
  const Stopwatch watch;
  const double deadline_s = now_s() + options.timeout_s;
  Pipes pipes;
  const pid_t pid = start(options, pipes);
  throw_if_not_started(pipes, pid, options.argv[0]);
  ProcessResult result;
  int status = 0;
  const bool reaped = communicate(pid, pipes, options, deadline_s, result, status);
  result.timed_out = !reaped;
  ::kill(-pid, SIGKILL);  // the group: also what the child left behind
  if (!reaped) ::waitpid(pid, &status, 0);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  result.elapsed_s = watch.elapsed_s();
  return result;
}

}  // namespace vegttt::core
