#pragma once

#include <cstdint>
#include <string>

namespace vegttt::evaluate::device {

// Of one kernel of a plan, as the driver knows it once it is loaded.
struct KernelNeeds {
  std::uint64_t threads = 0;  // of a block
  int most_threads = 1024;    // that its registers and bounds allow
  int registers = 0;          // of a thread
  std::int64_t fixed_shared_bytes = 0, dynamic_shared_bytes = 0;
  std::int64_t stack_bytes = 0;  // of a thread: its arrays, spilled registers, calls
};

// What the model must change; "" when the kernel can run.
std::string objection_to(const KernelNeeds& kernel, std::int64_t most_shared_bytes);

}  // namespace vegttt::evaluate::device
