// vegttt_device: records what `launch` asks for, or replays and times it. Started by the judge, one
// process for each kind of work; ends when the judge does. Nothing that a model wrote runs on the
// host here, but what runs on the device shares this process's memory there: the judge keeps seeds,
// truth and verdicts to itself.
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "context.h"
#include "executor.h"
#include "recorder.h"

namespace vegttt::evaluate::device {
namespace {

struct Message {
  Request request;
  std::array<int, kMostDescriptors> fds = {-1, -1};
  Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message() {
    for (const int fd : fds)
      if (fd >= 0) ::close(fd);
  }
};

// False when the judge is gone.
bool receive(Message& message) {
  iovec text{&message.request, sizeof message.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  msghdr header{};
  header.msg_iov = &text;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t n = 0;
  do n = ::recvmsg(kControlFd, &header, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  if (n != sizeof message.request) return false;
  if (const cmsghdr* rights = CMSG_FIRSTHDR(&header); rights != nullptr)
    std::memcpy(message.fds.data(), CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
  return true;
}

bool answer(const Reply& reply) {
  ssize_t n = 0;
  do n = ::send(kControlFd, &reply, sizeof reply, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n == sizeof reply;
}

// With a NUL behind it, which the driver wants behind PTX.
std::string contents(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) throw Failed{Outcome::kMachine, CUDA_SUCCESS, "a file is missing"};
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t n = ::pread(fd, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (n <= 0) throw Failed{Outcome::kMachine, CUDA_SUCCESS, "a file cannot be read"};
    at += static_cast<std::size_t>(n);
  }
  return bytes;
}

class Server {
 public:
  Reply answer(const Message& message) {
    const Request& request = message.request;
    switch (request.command) {
      case Command::kStart:
        return start(message);
      case Command::kRecord:
        record(request, contents(message.fds[0]), message.fds[1]);
        return {};
      case Command::kMap:
        executor().map(request.slot, message.fds[0], request.size, request.writable != 0);
        return {};
      case Command::kClear:
        executor().clear();
        return {};
      case Command::kLoad:
        return load(message);
      case Command::kRun:
        return executor().run(request);
    }
    throw Failed{Outcome::kMachine, CUDA_SUCCESS, "an unknown request"};
  }

 private:
  Reply start(const Message& message) {
    start_context(message.request.device);
    helpers_ = contents(message.fds[0]);
    Reply reply;
    describe_device(reply);
    return reply;
  }

  Reply load(const Message& message) {
    core::Result<Plan> plan = plan_from_bytes(contents(message.fds[1]));
    if (!plan) throw Failed{Outcome::kMachine, CUDA_SUCCESS, plan.error()};
    executor().load(contents(message.fds[0]),
                    std::move(plan).value(),
                    message.request.reload != 0,
                    message.request.workspace_bytes);
    return {};
  }

  // Made when first needed: a process that records needs no flush buffer.
  Executor& executor() {
    if (!executor_) executor_ = std::make_unique<Executor>(helpers_);
    return *executor_;
  }

  std::string helpers_;
  std::unique_ptr<Executor> executor_;
};

Reply answer_or_say_why(Server& server, const Message& message) {
  Reply reply;
  try {
    return server.answer(message);
  } catch (const Failed& failed) {
    reply.outcome = failed.outcome;
    std::snprintf(reply.text, sizeof reply.text, "%s", failed.text.c_str());
  } catch (const std::exception& e) {
    reply.outcome = Outcome::kMachine;
    std::snprintf(reply.text, sizeof reply.text, "%s", e.what());
  }
  return reply;
}

}  // namespace
}  // namespace vegttt::evaluate::device

int main(int argc, char** argv) {
  using namespace vegttt::evaluate::device;
  if (argc != 2) {
    std::fprintf(stderr, "vegttt_device is started by vegttt\n");
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != std::atoi(argv[1])) return 1;
  // The driver would keep compiled PTX in the user's home.
  ::setenv("CUDA_CACHE_DISABLE", "1", 1);
  ::setenv("CUDA_MODULE_LOADING", "EAGER", 1);
  Server server;
  while (true) {
    Message message;
    if (!receive(message)) ::_exit(0);
    const Reply reply = answer_or_say_why(server, message);
    if (!answer(reply)) ::_exit(0);
    // A lost context cannot be cleaned up either: its destructors would only wait for it.
    if (reply.outcome == Outcome::kFaulted || reply.outcome == Outcome::kMachine) ::_exit(0);
  }
}
