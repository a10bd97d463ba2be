// What the compiler made of one candidate, cut into two programs that can be loaded as they stand.
// The recorder's is `launch`, which calls our recorder in place of the device runtime and knows
// kernels by number. The kernels' is the kernels, which keep no state and call nothing of the
// runtime: assembled as a whole program they run as fast as any other compiler's, as relocatable
// code up to a fifth slower.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vegttt/core/result.h"

namespace vegttt::evaluate {

// `launch` sees this number plus the kernel's place in the list instead of an address.
inline constexpr std::uint64_t kKernelNumber = 0x5647'5454'0000'0000;

// Of one kernel's arguments; what the recorder keeps room for.
inline constexpr std::uint32_t kMostArgumentBytes = 4096;

struct KernelInfo {
  std::string name;   // as the compiler decorated it
  std::string label;  // as the model wrote it, for messages
  std::uint32_t argument_bytes = 0;
  std::uint32_t most_threads = 1024;            // of a block
  std::vector<std::uint32_t> required_threads;  // x, y, z, when the kernel insists
};

struct Program {
  std::string recorder_ptx;  // `launch` and what it needs
  std::string ptx;           // the kernels and what they need
  std::vector<KernelInfo> kernels;
  // The kernels read variables that a kernel could write: load them afresh for every launch.
  bool reload = false;
};

// A Failure is a message for the model: state that outlives a launch, kernels that start kernels,
// functions that no kernel has.
core::Result<Program> edit_program(std::string_view ptx);

// The kernels as text between processes, one a line.
std::string kernels_to_text(const std::vector<KernelInfo>& kernels);
core::Result<std::vector<KernelInfo>> kernels_from_text(std::string_view text);

}  // namespace vegttt::evaluate
