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
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_io_uring_setup,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_mount,
    SYS_umount2,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_pivot_root,
    SYS_userfaultfd,
    SYS_setsid,
    SYS_shmget,
    SYS_memfd_create,
};

runner::SyscallFilter make_filter() {
  runner::SyscallFilter filter(runner::SyscallFilter::Default::kAllow);
  for (const int call : kRefused) filter.refuse(call, EPERM);
  filter.finish();
  return filter;
}

constexpr const char* kToolFolders[] = {
    "/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"};

// The folder above `bin`, when the tool chain was installed elsewhere than in /usr.
core::fs::path prefix_of(const core::fs::path& compiler) {
  return compiler.parent_path().parent_path();
}

bool outside_usr(const core::fs::path& prefix) { return prefix != "/" && prefix != "/usr"; }

int make_ruleset(const ToolChain& chain,
                 const core::fs::path& prelude,
                 const core::fs::path& work) {
  const int ruleset = runner::make_ruleset();
  if (ruleset < 0) return -1;
  for (const char* path : kToolFolders) runner::allow_below(ruleset, path, Access::kReadExecute);
  const core::fs::path prefix = prefix_of(chain.compiler);
  if (outside_usr(prefix)) runner::allow_below(ruleset, prefix.c_str(), Access::kReadExecute);
  runner::allow_below(ruleset, "/dev/null", Access::kReadWrite);
  const bool usable = runner::allow_below(ruleset, prelude.c_str(), Access::kRead) &&
                      runner::allow_below(ruleset, work.c_str(), Access::kReadWrite);
  if (!usable)
    throw core::MachineError("the compiler's jail cannot be set up", "landlock_add_rule");
  return ruleset;
}

PrivateRoot make_root(const ToolChain& chain,
                      const core::fs::path& prelude,
                      const core::fs::path& work) {
  PrivateRoot root(work / "root");
  for (const char* path : kToolFolders) root.show(path, PrivateRoot::Kind::kReadOnly);
  if (outside_usr(prefix_of(chain.compiler)))
    root.show(prefix_of(chain.compiler), PrivateRoot::Kind::kReadOnly);
  root.show("/dev/null", PrivateRoot::Kind::kWritable);
  root.show(prelude, PrivateRoot::Kind::kReadOnly);
  root.show(work, PrivateRoot::Kind::kWritable);
  return root;
}

bool limit(int what, rlim_t value) {
  const rlimit both{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}

}  // namespace

CompilerJail::CompilerJail(const ToolChain& chain,
                           const core::fs::path& prelude,
                           const core::fs::path& work,
                           double cpu_s)
    : root_(PrivateRoot::works() ? std::optional(make_root(chain, prelude, work)) : std::nullopt),
      work_(work),
      ruleset_(make_ruleset(chain, prelude, work)),
      cpu_s_(cpu_s),
      filter_(make_filter()),
      has_seccomp_(runner::seccomp_available()) {}

CompilerJail::~CompilerJail() {
  if (ruleset_ >= 0) ::close(ruleset_);
}

// Limits come after the folders: this is still a fork of the judge, which may hold thousands of
// descriptors.
bool CompilerJail::enter() const {
  if (root_ && (!root_->enter() || ::chdir(work_.c_str()) != 0)) return false;
  const bool limited = limit(RLIMIT_CPU, static_cast<rlim_t>(cpu_s_) + 1) &&
                       limit(RLIMIT_AS, rlim_t{4} << 30) && limit(RLIMIT_FSIZE, rlim_t{64} << 20) &&
                       limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 256);
  if (!limited) return false;
  if (ruleset_ >= 0 && !runner::restrict_self(ruleset_)) return false;
  return !has_seccomp_ || filter_.install(false);
}

}  // namespace vegttt::evaluate
