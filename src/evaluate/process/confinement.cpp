#include "private_root.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/runner/landlock.h"
#include "vegttt/runner/syscall_filter.h"

namespace vegttt::evaluate {

Confinement probe_confinement() {
  Confinement found;
  const int abi = runner::landlock_abi();
  found.landlock = abi > 0;
  found.seccomp = runner::seccomp_available();
  if (!found.landlock)
    found.missing.push_back(
        "Landlock is refused here: candidates and the compiler that reads them can read this "
        "user's files");
  if (found.landlock && abi < 4)
    found.missing.push_back("Landlock " + std::to_string(abi) +
                            " is old: TCP is refused by seccomp alone");
  if (!found.seccomp)
    found.missing.push_back(
        "seccomp is refused here: candidates can start processes and open sockets");
  if (!PrivateRoot::works())
    found.missing.push_back(
        "User namespaces are refused here: the compiler cannot read this user's files but a "
        "candidate "
        "can learn whether one exists");
  return found;
}

}  // namespace vegttt::evaluate
