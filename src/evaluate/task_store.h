// Inputs and truths of tasks, computed once and kept under a memory limit.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "expected.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/evaluate/runner.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

struct InputSet {
  std::vector<SharedBuffer> buffers;  // task order, sealed
  Expected expected;
};

// One task at one size: everything that judging its candidates needs.
struct PreparedTask {
  const tasks::Task* task = nullptr;
  std::vector<tasks::TensorShape> shapes;  // of the inputs
  std::unique_ptr<tasks::Reference> reference;
  std::vector<InputSet> sets;
  std::unique_ptr<SharedBuffer> output;
  double floor_us = 0;
  double reference_us = 0;  // a first measurement, for time limits
  std::size_t bytes = 0;

  std::vector<std::vector<const SharedBuffer*>> buffers_of_sets() const;
};

// Tensors over memory that somebody else owns, one for each shape.
std::vector<at::Tensor> tensors_over(const std::vector<tasks::TensorShape>& shapes,
                                     const std::vector<std::span<const std::byte>>& memory);
// A sealed copy.
SharedBuffer shared_copy(const at::Tensor& tensor, const std::string& name);

// options.secret_seed, or one drawn from the system where that is 0.
std::uint64_t secret_seed_of(const EvaluatorOptions& options);
// The seed that follows one when inputs are drawn anew.
std::uint64_t next_secret(std::uint64_t seed);

// Prepares this process for timing (allocator, ATen's threads); returns the number of threads.
// Before anything is timed.
int set_up_process(const config::EvaluateOptions& options);

class TaskStore {
 public:
  TaskStore(const EvaluatorOptions& options,
            const Protocol& protocol,
            const tasks::Catalogue& catalogue,
            int threads);
  // The least recently used task is dropped when the limit is passed. Stays valid until the next
  // call.
  const PreparedTask& get(const std::string& task_id);
  // The seed of everything that candidates must not know.
  std::uint64_t secret_seed() const { return secret_seed_; }
  // Forgets all inputs and goes on with next_secret() of the seed.
  void draw_anew();

 private:
  PreparedTask prepare(const tasks::Task& task) const;
  int sets_for(std::size_t bytes_per_set) const;

  EvaluatorOptions options_;
  Protocol protocol_;
  const tasks::Catalogue& catalogue_;
  int threads_;
  std::uint64_t secret_seed_;
  std::list<PreparedTask> tasks_;  // most recently used first
};

}  // namespace vegttt::evaluate
