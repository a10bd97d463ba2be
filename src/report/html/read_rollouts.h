#pragma once

#include "model.h"

namespace vegttt::report::html {

// Rows of a run's rollouts.jsonl into `run`, what the viewer needs of them into `kernels`.
// `task_index` numbers task ids and grows. Kernels that matter least are dropped as soon as more
// than twice `bytes` are held.
void read_rollouts(Run& run,
                   int run_index,
                   const PageRequest& request,
                   std::map<std::string, int>& task_index,
                   std::vector<Kernel>& kernels);

}  // namespace vegttt::report::html
