// What the compiler made of one candidate, edited so that it can be loaded as it stands: `launch`
// calls our recorder in place of the device runtime and knows kernels by number, and the kernels
// keep no state and call nothing of the runtime.
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
  std::string ptx;
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
