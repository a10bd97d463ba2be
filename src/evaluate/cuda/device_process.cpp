#include "device_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "../process/spawner.h"
#include "bytes_file.h"
#include "device_program.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

constexpr double kStart_s = 60;         // a busy machine: contexts are made one at a time
constexpr double kLongestWait_s = 1e6;  // poll counts milliseconds in an int

// SIGKILL is ours.
std::string how_it_ended(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
    return " by signal " + std::to_string(WTERMSIG(status));
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
    return " with exit code " + std::to_string(WEXITSTATUS(status));
  return "";
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
    pid_ = start_device_program(sockets[1]);
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
