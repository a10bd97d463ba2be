// Keeps reserved tasks out of the corpus: tasks::reserved_ids(), 49 of the benchmark's 100.
//
// A generated task is refused when
// - its reference is a reserved one's text, names and real constants apart, or
// - it has as many inputs of the same ranks and types as a reserved one (in any order) and both
// references give the
//   same values on the same inputs; structures of inputs (triangular, symmetric) do not excuse it,
//   or
// - both have one input and give the same values, whatever the rank, or
// - it is pointwise and one operator of a reserved task with other constants.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "vegttt/tasks/task.h"

namespace vegttt::pretrain {

// Names in order of appearance, real constants as '#', no white space: equal for texts that differ
// in names only. With `keep_numbers` constants stay as they are.
std::string normalised_reference(const std::string& reference, bool keep_numbers = false);

class LeakFilter {
 public:
  LeakFilter();
  ~LeakFilter();
  // Why the task may not enter the corpus, "" when it may. Safe to call from several threads.
  std::string objection(const tasks::Task& task);
  std::size_t distinct_references() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::pretrain
