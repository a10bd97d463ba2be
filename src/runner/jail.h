#pragma once

#include <cstdint>

namespace vegttt::runner {

// Kills this process when the judge's thread that started it ends. Exits when `judge` is already
// gone.
void die_with(int judge);

// Takes all files and the network away by Landlock. Before any thread is started: it binds one
// thread and the threads that this one starts. Left out where the kernel lacks it: the judge has
// probed and reported that (probe_confinement).
void give_up_files();

// Takes away what else a candidate does not need: processes, other programs, timers, sockets, and
// more than `memory_bytes` of address space beyond what is mapped now.
void close_jail(std::uint64_t memory_bytes);

}  // namespace vegttt::runner
