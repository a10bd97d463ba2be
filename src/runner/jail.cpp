#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "vegttt/runner/landlock.h"
#include "vegttt/runner/protocol.h"
#include "vegttt/runner/syscall_filter.h"

namespace vegttt::runner {
namespace {

int statm = -1;  // opened while files can be

std::uint64_t address_space_bytes() {
  char text[64] = {};
  if (::pread(statm, text, sizeof text - 1, 0) <= 0) ::_exit(kSetupFailed);
  return std::strtoull(text, nullptr, 10) * kPage;
}

void limit(int what, std::uint64_t value) {
  const rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(what), &both);
}

void set_limits(std::uint64_t memory_bytes) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_NOFILE, 16);
  limit(RLIMIT_MEMLOCK, 0);
  limit(RLIMIT_CPU, 3600);
  limit(RLIMIT_AS, address_space_bytes() + memory_bytes);
}

// Memory, threads of this process, clocks, signals to itself: what C++ with OpenMP uses while it
// computes.
constexpr int kAllowed[] = {
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_lseek,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getpid,
    SYS_gettid,
    SYS_getrandom,
    SYS_exit,
    SYS_exit_group,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_restart_syscall,
    SYS_membarrier,
    SYS_getcpu,
};

SyscallFilter filter() {
  SyscallFilter filter(SyscallFilter::Default::kRefuse);
  for (const int call : kAllowed) filter.allow(call);
  // Signals to this process alone: the judge's stop protocol and abort().
  filter.allow_if(SYS_tgkill, 0, ~0u, static_cast<std::uint32_t>(::getpid()));
  // Threads but no processes. libgomp ends threads when a team shrinks and starts new ones for the
  // next; they share this process's stop and death. clone3 hides its flags behind a pointer, so
  // that libc must fall back to clone.
  filter.allow_if(SYS_clone, 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
  filter.refuse(SYS_clone3, ENOSYS);
  // The loader opens the candidate. Landlock refuses every other file.
  filter.allow_if(SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
  filter.allow_if(SYS_prlimit64, 2, ~0u, 0);  // to read, not to set
  filter.finish();
  return filter;
}

}  // namespace

void die_with(int judge) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != judge) ::_exit(kSetupFailed);
}

void give_up_files() {
  // Whoever runs this machine out of memory, the candidate is what the kernel ends.
  if (const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); score >= 0) {
    [[maybe_unused]] const ssize_t n = ::write(score, "1000", 4);
    ::close(score);
  }
  statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  const int ruleset = make_ruleset();
  if (ruleset < 0) return;
  if (!restrict_self(ruleset)) ::_exit(kSetupFailed);
  ::close(ruleset);
}

void close_jail(std::uint64_t memory_bytes) {
  set_limits(memory_bytes);
  ::close(statm);
  filter().install(true);
}

}  // namespace vegttt::runner
