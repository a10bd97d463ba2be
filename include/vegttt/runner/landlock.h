// Landlock without a library: one ruleset refuses everything that the running kernel can refuse.
// Every call here but `make_ruleset` and `allow_below` is async-signal-safe.
#pragma once

namespace vegttt::runner {

// Version of the kernel's Landlock interface; 0 when there is none.
int landlock_abi();

// A ruleset (a descriptor, close-on-exec) that refuses all files, TCP ports, abstract sockets and
// signals to processes outside; -1 when the kernel has no Landlock.
int make_ruleset();

enum class Access { kRead, kReadExecute, kReadWrite };
// False when the path does not exist or the kernel refuses.
bool allow_below(int ruleset, const char* path, Access access);

// Locks this thread and its future children in, for ever. Sets no_new_privs.
bool restrict_self(int ruleset);

}  // namespace vegttt::runner
