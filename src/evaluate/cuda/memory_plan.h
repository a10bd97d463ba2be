// Where a task's tensors live on the device, and how much memory judging it takes at most. From
// shapes alone: no GPU, no LibTorch.
//
// Three input sets rotate. Small tasks hold all three. Large ones hold one set that candidates see
// and either a pool of two more slices, of which each window is a set and whose truth is computed
// once, or draw each set anew when its turn comes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

inline constexpr int kInputSets = 3;
inline constexpr std::uint64_t kDeviceMemoryLimit = std::uint64_t{79} << 30;

enum class Layout { kSets, kPool, kRedraw };
const char* name_of(Layout layout);

struct MemoryPlan {
  Layout layout = Layout::kSets;
  std::vector<bool> pooled;  // by input: has more slices in the pool
  std::int64_t slices = 0;   // of a set, along the chunk axis; 0: they depend on each other
  std::int64_t slices_per_chunk = 0;  // of a float64 computation; 0: all at once

  // Bytes.
  std::uint64_t inputs = 0;     // all that is kept
  std::uint64_t truth = 0;      // with displacements
  std::uint64_t output = 0;     // the candidate's
  std::uint64_t computing = 0;  // float64 operands, result and temporaries
  std::uint64_t reference = 0;  // its output and temporaries in float32
  std::uint64_t fixed = 0;      // contexts, what flushes the cache

  std::uint64_t kept() const { return inputs + truth + output; }
  std::uint64_t preparing() const { return fixed + inputs + truth + computing; }
  // Without what a candidate asks for as workspace.
  std::uint64_t judging() const { return fixed + kept() + reference; }
  std::uint64_t peak() const;
};

MemoryPlan plan_memory(const tasks::Task& task, const std::string& size);

// Full-size temporaries besides inputs and output that a reference has at once, in units of the
// largest of those.
double temporaries_of(const tasks::Task& task);

}  // namespace vegttt::evaluate
