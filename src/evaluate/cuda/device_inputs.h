// The rotating input sets of one task on the GPU, laid out as its memory plan says.
#pragma once

#include <memory>
#include <vector>

#include "device_buffer.h"
#include "device_values.h"
#include "judge_kernels.h"
#include "memory_plan.h"

namespace vegttt::evaluate {

struct DeviceInputSet {
  std::vector<DeviceBuffer> buffers;  // task order; what device processes map
  std::vector<at::Tensor> tensors;    // over them
};

class DeviceInputs {
 public:
  DeviceInputs(const tasks::Task& task,
               const std::string& size,
               const MemoryPlan& plan,
               std::uint64_t secret_seed,
               tasks::InputKind kind,
               JudgeKernels& kernels);

  // Puts a set where candidates find it. Returns which of `mapped()` holds it then.
  int stage(int set);
  const std::vector<DeviceInputSet>& mapped() const { return mapped_; }
  // More slices than a set has; empty unless the layout is a pool. Inputs without slices are those
  // of the set.
  std::vector<at::Tensor> pool() const;

 private:
  DeviceInputSet allocate() const;
  void draw(int set, const std::vector<at::Tensor>& into);
  void draw_pool();

  const tasks::Task& task_;
  std::string size_;
  MemoryPlan plan_;
  std::uint64_t secret_seed_;
  tasks::InputKind kind_;
  JudgeKernels& kernels_;
  DeviceValues values_;
  std::vector<DeviceInputSet> mapped_;
  std::vector<at::Tensor> pool_;
  int staged_ = -1;
};

}  // namespace vegttt::evaluate
