// Where the values of inputs come from: the host, or a device that draws the same streams itself
// (kernels/evaluate/values.h). Needs LibTorch.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/values.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::tasks {

// How heavy-tailed values are drawn. Slice s of `slice_elements` elements follows
// draws[s % draws.size()].
struct HeavyDraws {
  std::vector<Draw> draws;  // 1 to 3
  std::int64_t slice_elements = 1;
  const Draw& at(std::int64_t element) const {
    return draws[static_cast<std::size_t>(element / slice_elements) % draws.size()];
  }
};

// Fills contiguous tensors that it made itself.
class ValueSource {
 public:
  virtual ~ValueSource() = default;
  virtual at::Tensor empty(const std::vector<std::int64_t>& shape, at::ScalarType type) = 0;
  virtual void heavy(at::Tensor& out, std::uint64_t key, const HeavyDraws& how) = 0;
  virtual void uniform(at::Tensor& out, std::uint64_t key, float low, float high) = 0;
  virtual void normal(at::Tensor& out, std::uint64_t philox_key) = 0;
  virtual void bits(at::Tensor& out, std::uint64_t key) = 0;
  virtual void below(at::Tensor& out, std::uint64_t key, std::int64_t n) = 0;
  // Elements by flat index, no index twice.
  virtual void put(at::Tensor& out,
                   const std::vector<std::int64_t>& places,
                   const std::vector<float>& values) = 0;
  // Rows along the last axis that sum to 1 become hostile and still do.
  virtual void probabilities(at::Tensor& rows, Rounding rounding, std::uint64_t key) = 0;
};

ValueSource& host_values();

// A pool of more slices than a task has: every window of consecutive slices is a set of inputs of
// its own, and slices take turns in what only some sets show (a faint scale, the sign of a mean).
struct PoolOf {
  int more_slices = 0;       // behind those of the task, along axis 0
  std::vector<bool> pooled;  // by input; others are as in set 0
};

std::vector<at::Tensor> make_inputs(const Task& task,
                                    const std::string& size,
                                    std::uint64_t seed,
                                    int set,
                                    InputKind kind,
                                    ValueSource& source);
std::vector<at::Tensor> make_pool(const Task& task,
                                  const std::string& size,
                                  std::uint64_t seed,
                                  InputKind kind,
                                  const PoolOf& pool,
                                  ValueSource& source);

}  // namespace vegttt::tasks
