#pragma once

#include <optional>

#include "private_root.h"
#include "tool_chain.h"
#include "vegttt/runner/syscall_filter.h"

namespace vegttt::evaluate {

// What a compiler that reads a model's text may do: read the tool chain and the prelude, write one
// folder. A source can name any file (#include, .incbin, #line with a caret), so files of the host
// must not be there for it.
class CompilerJail {
 public:
  // `work` exists and holds an empty folder `root`, for the private root to be mounted on.
  CompilerJail(const ToolChain& chain,
               const core::fs::path& prelude,
               const core::fs::path& work,
               double cpu_s);
  ~CompilerJail();
  CompilerJail(const CompilerJail&) = delete;
  CompilerJail& operator=(const CompilerJail&) = delete;

  // In the child between fork and exec; async-signal-safe. False when the jail cannot be closed.
  bool enter() const;

 private:
  std::optional<PrivateRoot> root_;  // where the machine allows it
  std::string work_;
  int ruleset_ = -1;
  double cpu_s_;
  runner::SyscallFilter filter_;
  bool has_seccomp_;
};

}  // namespace vegttt::evaluate
