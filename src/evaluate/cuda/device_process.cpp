#include "device_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "../process/memory_file.h"
#include "../process/spawner.h"
#include "bytes_file.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_evaluate_cuda.h"

namespace vegttt::evaluate {
namespace {

constexpr double kStart_s = 60;         // a busy machine: contexts are made one at a time
constexpr double kLongestWait_s = 1e6;  // poll counts milliseconds in an int

const std::string& program_path() {
  static const std::string path = [] {
    const int fd = make_memory_file("vegttt-device", MemoryFile::kProgram);
    if (fd < 0) throw core::MachineError(std::strerror(errno), "memfd_create");
    fill_memory_file(fd, carried_device::find_embedded("vegttt_device").value());
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
  }();
  return path;
}

// Of the environment only what the driver needs to find the same devices.
std::vector<std::string> device_environment() {
  std::vector<std::string> kept = {"CUDA_CACHE_DISABLE=1", "CUDA_MODULE_LOADING=EAGER"};
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "LD_LIBRARY_PATH", "HOME"})
    if (const char* value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
  return kept;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const std::string& s : strings) list.push_back(const_cast<char*>(s.c_str()));
  list.push_back(nullptr);
  return list;
}

// SIGKILL is ours.
std::string how_it_ended(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
    return " by signal " + std::to_string(WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return " with exit code " + std::to_string(WEXITSTATUS(status));
  return "";
}

pid_t spawn(int control) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  ::posix_spawn_file_actions_adddup2(&actions, 0, 1);
  ::posix_spawn_file_actions_adddup2(&actions, 0, 2);
  ::posix_spawn_file_actions_adddup2(&actions, control, device::kControlFd);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, device::kControlFd + 1);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const std::vector<std::string> arguments = {"vegttt-device", std::to_string(::getpid())};
  const std::vector<std::string> environment = device_environment();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid,
                                  program_path().c_str(),
                                  &actions,
                                  &attributes,
                                  pointers(arguments).data(),
                                  pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0)
    throw core::MachineError(
        std::string("the device process cannot be started: ") + std::strerror(error),
        "posix_spawn");
  return pid;
}

}  // namespace

// Delegates, so that the destructor tidies up when it throws.
DeviceProcess::DeviceProcess(int device, const std::string& helpers_cubin) : DeviceProcess() {
  on_spawner_thread([this] { start(); });
  const BytesFile helpers("vegttt-helpers", helpers_cubin);
  device::Request request;
  request.command = device::Command::kStart;
  request.device = static_cast<std::uint32_t>(device);
  if (const int error = send(request, {helpers.fd()}); error != 0)
    throw core::MachineError(std::strerror(error), "sendmsg to a device process");
}

void DeviceProcess::start() {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
    throw core::MachineError(std::strerror(errno), "socketpair");
  control_ = sockets[0];
  try {
    pid_ = spawn(sockets[1]);
  } catch (...) {
    ::close(sockets[1]);
    throw;
  }
  ::close(sockets[1]);
}

DeviceProcess::~DeviceProcess() {
  kill();
  if (control_ >= 0) ::close(control_);
}

int DeviceProcess::kill() {
  usable_ = false;
  if (pid_ < 0) return 0;
  int status = 0;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

const device::Reply& DeviceProcess::ready() {
  if (facts_) return *facts_;
  const Answer answer = wait(kStart_s);
  if (answer.timed_out || answer.reply.outcome != device::Outcome::kDone)
    throw core::MachineError(
        std::string("the GPU cannot be used: ") +
        (answer.timed_out ? "its context was not made in time" : answer.reply.text));
  facts_ = answer.reply;
  return *facts_;
}

int DeviceProcess::send(const device::Request& request, const std::vector<int>& descriptors) {
  iovec text{const_cast<device::Request*>(&request), sizeof request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * device::kMostDescriptors)] = {};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(int) * descriptors.size());
  }
  ssize_t n = 0;
  do n = ::sendmsg(control_, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? errno : 0;
}

DeviceProcess::Answer DeviceProcess::ask(const device::Request& request,
                                         const std::vector<int>& descriptors,
                                         double timeout_s) {
  VEGTTT_ASSERT(usable_, "a lost device process is not asked again");
  ready();
  if (const int error = send(request, descriptors); error != 0) return broken("sendmsg", error);
  return wait(timeout_s);
}

DeviceProcess::Answer DeviceProcess::wait(double timeout_s) {
  const double deadline_s = core::now_s() + timeout_s;
  pollfd readable{control_, POLLIN, 0};
  int ready = 0;
  do {
    const double left_s = std::clamp(deadline_s - core::now_s(), 0.0, kLongestWait_s);
    ready = ::poll(&readable, 1, static_cast<int>(std::ceil(left_s * 1e3)));
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return broken("poll", errno);
  if (ready > 0) return receive();
  Answer answer;
  answer.timed_out = true;
  kill();
  return answer;
}

DeviceProcess::Answer DeviceProcess::receive() {
  Answer answer;
  ssize_t n = 0;
  do n = ::recv(control_, &answer.reply, sizeof answer.reply, 0);
  while (n < 0 && errno == EINTR);
  if (n < 0) return broken("recv", errno);
  if (n == 0) return broken("recv", ECONNRESET);
  if (n != sizeof answer.reply) return broken("recv", EMSGSIZE);
  answer.reply.text[sizeof answer.reply.text - 1] = 0;
  // Of no more use, and not to be reaped while something is timed.
  if (answer.reply.outcome == device::Outcome::kFaulted ||
      answer.reply.outcome == device::Outcome::kMachine)
    kill();
  return answer;
}

DeviceProcess::Answer DeviceProcess::broken(const char* call, int error) {
  Answer answer;
  answer.reply.outcome = device::Outcome::kMachine;
  answer.ended = error == EPIPE || error == ECONNRESET || error == ENOTCONN;
  const std::string text =
      answer.ended ? "the device process ended" + how_it_ended(kill())
                   : std::string(call) + " to the device process: " + std::strerror(error);
  kill();
  std::snprintf(answer.reply.text, sizeof answer.reply.text, "%s", text.c_str());
  return answer;
}

}  // namespace vegttt::evaluate
