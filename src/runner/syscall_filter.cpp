#include "vegttt/runner/syscall_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vegttt::runner {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the runner's seccomp filter knows x86-64 and aarch64"
#endif

constexpr std::uint32_t kX32Calls =
    0x40000000;  // the x32 table holds the same calls under other numbers

constexpr std::uint32_t refusal(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}
constexpr std::uint32_t low_word(int argument) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) +
                                    8 * static_cast<unsigned>(argument));
}

}  // namespace

SyscallFilter::SyscallFilter(Default otherwise)
    : otherwise_(otherwise == Default::kAllow ? SECCOMP_RET_ALLOW : refusal(EPERM)) {
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
  add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  add(BPF_JMP | BPF_JGE | BPF_K, kX32Calls, 0, 1);
  add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
}

void SyscallFilter::add(std::uint16_t code,
                        std::uint32_t value,
                        std::uint8_t if_true,
                        std::uint8_t if_false) {
  rules_.push_back({code, if_true, if_false, value});
}

void SyscallFilter::allow(int call) {
  add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

void SyscallFilter::refuse(int call, int error) {
  add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
  add(BPF_RET | BPF_K, refusal(error));
}

void SyscallFilter::allow_if(int call, int argument, std::uint32_t mask, std::uint32_t value) {
  add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 5);
  add(BPF_LD | BPF_W | BPF_ABS, low_word(argument));
  add(BPF_ALU | BPF_AND | BPF_K, mask);
  add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
  add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
}

void SyscallFilter::finish() { add(BPF_RET | BPF_K, otherwise_); }

bool SyscallFilter::install(bool all_threads) const {
  // sock_fprog wants a pointer to mutable rules but only reads them.
  const sock_fprog program{static_cast<unsigned short>(rules_.size()),
                           const_cast<sock_filter*>(rules_.data())};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  const unsigned flags = all_threads ? SECCOMP_FILTER_FLAG_TSYNC : 0;
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) == 0;
}

bool seccomp_available() {
  const std::uint32_t action = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace vegttt::runner
