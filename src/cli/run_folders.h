// Runs on disk, looked at from outside: nothing is opened for writing and no lock is taken.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::cli {

enum class RunState { kFinished, kRunning, kEnded };  // ended: without its result, can be resumed
const char* name_of(RunState state);                  // "finished", "running", "ended early"

bool is_run(const core::fs::path& folder);
// Whether a process holds the lock of a run or of a campaign. True where the system does not tell.
bool is_locked(const core::fs::path& lock_file);
// Whether a process holds the run's lock. Where the system does not tell, it is taken to run.
RunState state_of(const core::fs::path& run, const std::string& method);

// Run folders at most three levels below a folder (itself, when it is one), by name.
std::vector<core::fs::path> find_runs(const core::fs::path& folder);
// The one that was written to last. Throws UserError when there is none.
core::fs::path newest_run(const core::fs::path& folder);

}  // namespace vegttt::cli
