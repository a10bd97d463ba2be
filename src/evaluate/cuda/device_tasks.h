// Inputs and truths of tasks on the GPU, computed once and kept under a memory limit.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "device_expected.h"
#include "device_reference_clock.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

// How fast this device can be at best.
struct DeviceSpeed {
  double bytes_per_us = 0;  // the best of measured read, write and copy rates
  double flops_per_us = 0;  // measured on tensor cores, bfloat16
  double l2_bytes = 0;
};
DeviceSpeed measure_device_speed(JudgeKernels& kernels);
double device_floor_us(const tasks::Work& work, const DeviceSpeed& speed);

struct DeviceInputSet {
  std::vector<DeviceBuffer> buffers;  // task order
  std::vector<at::Tensor> tensors;    // over them
  DeviceExpected expected;
};

struct DeviceTask {
  const tasks::Task* task = nullptr;
  std::uint64_t number = 0;  // of its preparation: what is mapped elsewhere is told apart by it
  std::unique_ptr<tasks::Reference> reference;
  std::unique_ptr<DeviceReferenceClock> clock;
  std::vector<DeviceInputSet> sets;
  std::unique_ptr<DeviceBuffer> output;
  std::vector<std::uint64_t> buffer_bytes;  // of inputs and output
  double floor_us = 0;
  double reference_us = 0;  // a first measurement, for time limits
  std::size_t bytes = 0;
};

class DeviceTasks {
 public:
  DeviceTasks(const EvaluatorOptions& options,
              const Protocol& protocol,
              const tasks::Catalogue& catalogue,
              JudgeKernels& kernels,
              int device);
  // The least recently used task is dropped when the limit is passed. Stays valid until the next
  // call.
  DeviceTask& get(const std::string& task_id);
  std::uint64_t secret_seed() const { return secret_seed_; }

 private:
  DeviceTask prepare(const tasks::Task& task);

  EvaluatorOptions options_;
  Protocol protocol_;
  const tasks::Catalogue& catalogue_;
  JudgeKernels& kernels_;
  int device_;
  std::uint64_t secret_seed_, prepared_ = 0;
  std::size_t limit_ = 0;
  DeviceSpeed speed_;
  std::list<DeviceTask> tasks_;  // most recently used first
};

}  // namespace vegttt::evaluate
