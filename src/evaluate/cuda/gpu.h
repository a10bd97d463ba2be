// What judging on a GPU needs, made when the first candidate is run.
#pragma once

#include <string>

#include "device_pool.h"
#include "device_tasks.h"
#include "gpu_conditions.h"
#include "judge_kernels.h"

namespace vegttt::evaluate {

struct Gpu {
  // On options.evaluate.device, whose context becomes current. MachineError.
  Gpu(const EvaluatorOptions& options, const tasks::Catalogue& catalogue);
  Gpu(const Gpu&) = delete;

  JudgeKernels kernels;
  DevicePool pool;
  DeviceTasks tasks;
  GpuConditions conditions;
  std::string name;
};

}  // namespace vegttt::evaluate
