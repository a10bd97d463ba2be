// A seccomp filter, built without a library. Building allocates; `install` is async-signal-safe.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace vegttt::runner {

class SyscallFilter {
 public:
  // What happens to calls that no rule names: allowed, or refused with EPERM.
  enum class Default { kAllow, kRefuse };
  explicit SyscallFilter(Default otherwise);

  void allow(int call);
  void refuse(int call, int error);
  // Allowed when (argument & mask) == value; falls through to later rules otherwise. Looks at the
  // low 32 bits.
  void allow_if(int call, int argument, std::uint32_t mask, std::uint32_t value);

  // The default, behind the last rule; before the first `install`.
  void finish();
  // Locks this thread and its children in; with `all_threads` the process's other threads too.
  bool install(bool all_threads) const;

 private:
  void add(std::uint16_t code,
           std::uint32_t value,
           std::uint8_t if_true = 0,
           std::uint8_t if_false = 0);
  std::vector<sock_filter> rules_;
  std::uint32_t otherwise_;
};

// Whether the kernel has seccomp filters.
bool seccomp_available();

}  // namespace vegttt::runner
