#pragma once

#include <ATen/core/Tensor.h>

#include "vegttt/tasks/task.h"

namespace vegttt::evaluate {

// Of tensors that hold a task's input or output.
inline at::ScalarType scalar_type(tasks::DType dtype) {
  switch (dtype) {
    case tasks::DType::kInt64:
      return at::kLong;
    case tasks::DType::kBool:
      return at::kBool;
    default:
      return at::kFloat;
  }
}

}  // namespace vegttt::evaluate
