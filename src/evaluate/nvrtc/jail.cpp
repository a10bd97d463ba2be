#include "jail.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>

#include "vegttt/runner/landlock.h"
#include "vegttt/runner/syscall_filter.h"

namespace vegttt::evaluate::nvrtc {
namespace {

using runner::Access;

constexpr int kRefused[] = {SYS_socket,
                            SYS_socketpair,
                            SYS_connect,
                            SYS_bind,
                            SYS_fork,
                            SYS_vfork,
                            SYS_ptrace,
                            SYS_process_vm_readv,
                            SYS_process_vm_writev,
                            SYS_io_uring_setup,
                            SYS_bpf,
                            SYS_perf_event_open,
                            SYS_mount,
                            SYS_unshare,
                            SYS_setns,
                            SYS_setsid,
                            SYS_setpgid,
                            SYS_kill,
                            SYS_tkill,
                            SYS_pidfd_open,
                            SYS_shmget};
constexpr int kPrograms[] = {SYS_execve, SYS_execveat};

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

// The compiler's own nesting takes stack: as much on every machine.
void limit_resources() {
  limit(RLIMIT_STACK, rlim_t{64} << 20);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_AS, rlim_t{8} << 30);
}

bool filter_calls(bool programs) {
  runner::SyscallFilter filter(runner::SyscallFilter::Default::kAllow);
  for (const int call : kRefused) filter.refuse(call, EPERM);
  // Threads, no processes. What clone3 is asked for cannot be seen: libraries then try clone.
  filter.allow_if(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD);
  filter.refuse(SYS_clone, EPERM);
  filter.refuse(SYS_clone3, ENOSYS);
  if (!programs)
    for (const int call : kPrograms) filter.refuse(call, EPERM);
  filter.finish();
  return !runner::seccomp_available() || filter.install(true);
}

}  // namespace

bool close_in(const std::vector<std::string>& folders) {
  limit_resources();
  const int ruleset = runner::make_ruleset();
  for (const std::string& folder : folders)
    if (ruleset >= 0) runner::allow_below(ruleset, folder.c_str(), Access::kRead);
  return (ruleset < 0 || runner::restrict_self(ruleset)) && filter_calls(false);
}

bool close_in_for(const std::string& program) {
  limit_resources();
  const int ruleset = runner::make_ruleset();
  if (ruleset < 0) return filter_calls(true);
  for (const char* folder : {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"})
    runner::allow_below(ruleset, folder, Access::kReadExecute);
  return runner::allow_below(ruleset, program.c_str(), Access::kReadExecute) &&
         runner::restrict_self(ruleset) && filter_calls(true);
}

}  // namespace vegttt::evaluate::nvrtc
