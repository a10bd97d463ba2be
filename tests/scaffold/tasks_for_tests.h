#pragma once

#include "vegttt/tasks/task.h"

namespace vegttt::scaffold {

inline tasks::Task matvec_task() {
  return tasks::parse_task(R"(id: T/1
name: matrix-vector multiplication
family: matmul
sizes:
  paper: {M: 2048, K: 1048576}
  small: {M: 1024, K: 8192}
  tiny: {M: 7, K: 33}
constants: {s: 3.14, PAD: 2}
derived: {KO: K - PAD + 1}
inputs:
  A: {shape: [M, K], dtype: float32, structure: positive}
  targets: {shape: [M], dtype: int64, structure: class_index, classes: K}
  bias: {shape: [M, K - PAD + 1], dtype: float32, role: parameter, distribution: zeros}
output: {shape: [M, 1], dtype: float32}
reference: |
  def reference(A: Tensor, targets: Tensor, bias: Tensor) -> Tensor:
      return torch.matmul(A, bias)
work: {flops: 2*M*K, bytes: 4*M*K, min_flops: 2*M*K, min_bytes: 4*M*K}
)",
                           "test.yaml");
}

}  // namespace vegttt::scaffold
