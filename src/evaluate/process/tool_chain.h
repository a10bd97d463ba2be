#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::evaluate {

// The host's C++ compiler and the flags of every candidate.
struct ToolChain {
  core::fs::path compiler;              // absolute, links resolved
  std::string name;                     // first line of --version
  std::vector<std::string> flags;       // for a precompiled header and for candidates alike
  std::vector<std::string> link_flags;  // of candidates alone
  std::string target;                   // what -march=native means on this machine, as a hash

  // Everything that decides what a source becomes.
  std::string version() const;
};

// The first usable g++ of PATH (a link to ccache does not count: it would write outside of the
// jail). clang++ is not taken: its OpenMP is another library, which the runner does not have.
// MachineError when there is none.
ToolChain find_tool_chain(const std::string& extra_flags);

}  // namespace vegttt::evaluate
