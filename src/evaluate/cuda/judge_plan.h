// A recorded plan run by the judge itself: our own code in the place of the reference.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "driver_handles.h"
#include "plan.h"
#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

class JudgePlan {
 public:
  // `cubin` must outlive this. MachineError.
  JudgePlan(const std::string& cubin, Plan plan, const tasks::TensorShape& output);
  // Queues the plan's nodes on the default stream and returns the output that they will have
  // written.
  std::size_t nodes() const { return plan_.nodes.size(); }
  at::Tensor operator()(const std::vector<at::Tensor>& inputs);

 private:
  static void launch(const PlanNode& node,
                     CUfunction function,
                     const std::vector<CUdeviceptr>& buffers);

  DriverModule module_;
  Plan plan_;
  std::vector<CUfunction> functions_;  // by node
  std::vector<std::int64_t> sizes_;
  at::Tensor workspace_;
};

}  // namespace vegttt::evaluate
