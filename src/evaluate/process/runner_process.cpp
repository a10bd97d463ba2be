#include "runner_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "runner_image.h"
#include "spawner.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

constexpr std::size_t kStderrBytes = 4096;

[[noreturn]] void fail(const char* call) { throw core::MachineError(std::strerror(errno), call); }

// PASSIVE unless the user's environment says otherwise. Threads that are resumed together often
// begin on one core; with libgomp's default one then spins for the other's turn: launches of 10 us
// took 7.5 ms, its whole spin count.
std::vector<std::string> runner_environment(int threads) {
  std::vector<std::string> environment = {"OMP_NUM_THREADS=" + std::to_string(threads),
                                          "OMP_THREAD_LIMIT=" + std::to_string(threads),
                                          "OMP_DYNAMIC=false"};
  for (const char* name :
       {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND", "OMP_PLACES", "LD_LIBRARY_PATH"})
    if (const char* value = std::getenv(name))
      environment.push_back(std::string(name) + "=" + value);
  if (std::getenv("OMP_WAIT_POLICY") == nullptr)
    environment.emplace_back("OMP_WAIT_POLICY=PASSIVE");
  return environment;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const auto& s : strings) list.push_back(const_cast<char*>(s.c_str()));
  list.push_back(nullptr);
  return list;
}

struct Spawn {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  Spawn() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~Spawn() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

// In its own group, with nothing of ours but the control socket, a capped stderr and the null
// device.
pid_t spawn(int control, int error_pipe, int threads) {
  Spawn spawn;
  ::posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, 0, 1);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, error_pipe, 2);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, control, runner::kControlFd);
  ::posix_spawn_file_actions_addclosefrom_np(&spawn.actions, runner::kControlFd + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&spawn.attributes, &none);
  ::posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  ::posix_spawnattr_setflags(
      &spawn.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const std::vector<std::string> arguments = {"vegttt-runner", std::to_string(::getpid())};
  const std::vector<std::string> environment = runner_environment(threads);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid,
                                  runner_path().c_str(),
                                  &spawn.actions,
                                  &spawn.attributes,
                                  pointers(arguments).data(),
                                  pointers(environment).data());
  if (error != 0)
    throw core::MachineError(std::string("the runner cannot be started: ") + std::strerror(error),
                             "posix_spawn");
  return pid;
}

std::string name_of_signal(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return "signal " + std::to_string(signal) +
         (name != nullptr ? std::string(" (SIG") + name + ")" : "");
}

}  // namespace

RunnerProcess::RunnerProcess(int threads) : threads_(threads) {
  on_spawner_thread([this] { start(); });
  watchdog_ = std::make_unique<Watchdog>(pidfd_);
}

void RunnerProcess::start() {
  int sockets[2], errors[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0) fail("socketpair");
  if (::pipe2(errors, O_CLOEXEC) != 0) fail("pipe2");
  ::fcntl(errors[1], F_SETPIPE_SZ, kStderrBytes);
  ::fcntl(errors[1],
          F_SETFL,
          O_NONBLOCK);  // a full pipe drops what comes, it does not block the candidate
  ::fcntl(errors[0], F_SETFL, O_NONBLOCK);
  control_ = sockets[0];
  stderr_ = errors[0];
  pid_ = spawn(sockets[1], errors[1], threads_);
  ::close(sockets[1]);
  ::close(errors[1]);
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) fail("pidfd_open");
}

RunnerProcess::~RunnerProcess() {
  watchdog_.reset();
  ::kill(-pid_, SIGKILL);  // the zombie keeps the group's number until it is reaped below
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  for (const int fd : {pidfd_, control_, stderr_})
    if (fd >= 0) ::close(fd);
}

void RunnerProcess::send(const runner::Setup& setup, const std::vector<int>& descriptors) {
  iovec text{const_cast<runner::Setup*>(&setup), sizeof setup};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * descriptors.size()));
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
  std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(int) * descriptors.size());
  if (::sendmsg(control_, &message, MSG_NOSIGNAL) != sizeof setup)
    throw core::MachineError("the runner did not start: " + last_words(), "sendmsg");
  ::close(control_);
  control_ = -1;
}

RunnerProcess::Round RunnerProcess::resume(double timeout_s) {
  watchdog_->arm(timeout_s);
  const double begin_s = core::now_s();
  ::syscall(SYS_pidfd_send_signal, pidfd_, SIGCONT, nullptr, 0);
  return wait_since(begin_s);
}

RunnerProcess::Round RunnerProcess::wait(double timeout_s) {
  watchdog_->arm(timeout_s);
  return wait_since(core::now_s());
}

RunnerProcess::Round RunnerProcess::wait_since(double begin_s) {
  siginfo_t info{};
  // An ended process stays a zombie until the destructor, so that its number and group stay ours.
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) != 0)
    if (errno != EINTR) fail("waitid");
  const double elapsed_us = (core::now_s() - begin_s) * 1e6;
  const bool timed_out = watchdog_->disarm();
  if (info.si_code == CLD_STOPPED) {
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WNOHANG);
    return {Event::kStopped, elapsed_us};
  }
  (info.si_code == CLD_EXITED ? exit_code_ : signal_) = info.si_status;
  return {timed_out && signal_ == SIGKILL ? Event::kTimedOut : Event::kEnded, elapsed_us};
}

std::string RunnerProcess::last_words() {
  std::string text =
      crashed() ? name_of_signal(signal_) : "exit code " + std::to_string(exit_code_);
  char words[kStderrBytes];
  const ssize_t n = ::read(stderr_, words, sizeof words);
  if (n > 0) text += ": " + core::valid_utf8(core::trim({words, static_cast<std::size_t>(n)}));
  return text;
}

}  // namespace vegttt::evaluate
