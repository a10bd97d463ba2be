#include "compiler_jail.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vegttt/core/error.h"
#include "vegttt/runner/landlock.h"

namespace vegttt::evaluate {
namespace {

using runner::Access;

constexpr int kRefused[] = {
    SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_io_uring_setup, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_mount, SYS_umount2,
    SYS_unshare, SYS_setns, SYS_chroot, SYS_pivot_root, SYS_userfaultfd, SYS_setsid, SYS_shmget, SYS_memfd_create,
};

runner::SyscallFilter make_filter() {
  runner::SyscallFilter filter(runner::SyscallFilter::Default::kAllow);
  for (const int call : kRefused) filter.refuse(call, EPERM);
  filter.finish();
  return filter;
}

// The folder above `bin`, when the tool chain was installed elsewhere than in /usr.
core::fs::path prefix_of(const core::fs::path& compiler) { return compiler.parent_path().parent_path(); }

int make_ruleset(const ToolChain& chain, const core::fs::path& prelude, const core::fs::path& work) {
  const int ruleset = runner::make_ruleset();
  if (ruleset < 0) return -1;
  for (const char* path : {"/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"})
    runner::allow_below(ruleset, path, Access::kReadExecute);
  const core::fs::path prefix = prefix_of(chain.compiler);
  if (prefix != "/" && prefix != "/usr") runner::allow_below(ruleset, prefix.c_str(), Access::kReadExecute);
  runner::allow_below(ruleset, "/dev/null", Access::kReadWrite);
  const bool usable = runner::allow_below(ruleset, prelude.c_str(), Access::kRead) &&
                      runner::allow_below(ruleset, work.c_str(), Access::kReadWrite);
  if (!usable) throw core::MachineError("the compiler's jail cannot be set up", "landlock_add_rule");
  return ruleset;
}

bool limit(int what, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}

}  // namespace

CompilerJail::CompilerJail(const ToolChain& chain, const core::fs::path& prelude, const core::fs::path& work,
                           double cpu_s)
    : ruleset_(make_ruleset(chain, prelude, work)),
      cpu_s_(cpu_s),
      filter_(make_filter()),
      has_seccomp_(runner::seccomp_available()) {}

CompilerJail::~CompilerJail() {
  if (ruleset_ >= 0) ::close(ruleset_);
}

bool CompilerJail::enter() const {
  const bool limited = limit(RLIMIT_CPU, static_cast<rlim_t>(cpu_s_) + 1) && limit(RLIMIT_AS, rlim_t{4} << 30) &&
                       limit(RLIMIT_FSIZE, rlim_t{64} << 20) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 256);
  if (!limited) return false;
  if (ruleset_ >= 0 && !runner::restrict_self(ruleset_)) return false;
  return !has_seccomp_ || filter_.install(false);
}

}  // namespace vegttt::evaluate
