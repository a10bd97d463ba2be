#include "kernel_limits.h"

#include "stack_limit.h"

namespace vegttt::evaluate::device {

std::string objection_to(const KernelNeeds& kernel, std::int64_t most_shared_bytes) {
  const std::int64_t shared_bytes = kernel.fixed_shared_bytes + kernel.dynamic_shared_bytes;
  if (shared_bytes > most_shared_bytes)
    return "it needs " + std::to_string(shared_bytes) + " bytes of shared memory, at most " +
           std::to_string(most_shared_bytes) + " are possible";
  if (kernel.threads > static_cast<std::uint64_t>(kernel.most_threads))
    return "a block of " + std::to_string(kernel.threads) + " threads does not fit: it uses " +
           std::to_string(kernel.registers) + " registers a thread, so at most " +
           std::to_string(kernel.most_threads) +
           " threads are possible; use smaller blocks or __launch_bounds__(" +
           std::to_string(kernel.threads) + ")";
  if (kernel.stack_bytes > static_cast<std::int64_t>(kMostStackBytes))
    return "a thread needs " + std::to_string(kernel.stack_bytes) +
           " bytes for its own arrays and spilled registers, at most " +
           std::to_string(kMostStackBytes) +
           " are possible; use shared memory or the workspace (ws.alloc)";
  return "";
}

}  // namespace vegttt::evaluate::device
