#pragma once

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/experiment/run_directory.h"

namespace vegttt::experiment {

// <method>_summary.json and, where there is a trajectory, boa_selected.json from the records that
// the folder holds, with the fresh rates of the step that they belong to.
// Kernels that a rule of N picks are timed once more by `judge`, as the method itself does.
void write_rescored_results(RunDirectory& run,
                            const std::vector<std::string>& tasks,
                            evaluate::Evaluator& judge);

}  // namespace vegttt::experiment
