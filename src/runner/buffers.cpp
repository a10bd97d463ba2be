#include "buffers.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace vegttt::runner {
namespace {

constexpr std::size_t kGuard = 1 << 20;  // unmapped on both sides; costs address space only

[[noreturn]] void fail(const char* call) {
  std::perror(call);
  ::_exit(kSetupFailed);
}

std::vector<int> receive(Setup& setup) {
  iovec text{&setup, sizeof setup};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * (kMaxBuffers + 1))];
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (::recvmsg(kControlFd, &message, MSG_CMSG_CLOEXEC) != sizeof setup) ::_exit(kSetupFailed);
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (rights == nullptr || setup.buffers > kMaxBuffers) ::_exit(kSetupFailed);
  std::vector<int> fds((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
  std::memcpy(fds.data(), CMSG_DATA(rights), fds.size() * sizeof(int));
  if (fds.size() != setup.buffers + 1) ::_exit(kSetupFailed);
  return fds;
}

// Address space with `kGuard` bytes on both sides that fault.
char* reserve(std::size_t bytes) {
  void* whole = ::mmap(
      nullptr, bytes + 2 * kGuard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (whole == MAP_FAILED) fail("mmap");
  return static_cast<char*>(whole) + kGuard;
}

void* map_buffer(int fd, std::size_t bytes, bool writable) {
  char* at = reserve(mapped_bytes(bytes));
  const int access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  void* mapped =
      ::mmap(at, mapped_bytes(bytes), access, MAP_SHARED | MAP_FIXED | MAP_POPULATE, fd, 0);
  if (mapped == MAP_FAILED) fail("mmap of a buffer");
  return at + first_byte(bytes);
}

// Large pages where the kernel has them: 16 MiB in small ones cost 7 ms of page faults per session.
Workspace make_workspace(const Setup& setup) {
  constexpr std::uintptr_t kLargePage = 2 << 20;
  char* at = reserve(setup.workspace_bytes + kLargePage);
  at = reinterpret_cast<char*>((reinterpret_cast<std::uintptr_t>(at) + kLargePage - 1) /
                               kLargePage * kLargePage);
  void* mapped = ::mmap(at,
                        setup.workspace_bytes,
                        PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
                        -1,
                        0);
  if (mapped == MAP_FAILED) fail("mmap of the workspace");
  ::madvise(at, setup.workspace_bytes, MADV_HUGEPAGE);
  std::memset(at, 0, std::min(setup.prefault_bytes, setup.workspace_bytes));
  return {reinterpret_cast<unsigned char*>(at), setup.workspace_bytes, 0};
}

}  // namespace

Session receive_session() {
  Session session;
  const std::vector<int> fds = receive(session.setup);
  const Setup& setup = session.setup;
  for (std::uint32_t i = 0; i < setup.buffers; ++i) {
    session.buffers.push_back(map_buffer(fds[i], setup.bytes[i], i + 1 == setup.buffers));
    ::close(fds[i]);
  }
  ::close(kControlFd);
  session.workspace = make_workspace(setup);
  session.library = fds.back();
  return session;
}

}  // namespace vegttt::runner
