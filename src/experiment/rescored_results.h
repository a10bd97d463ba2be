#pragma once

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/experiment/run_directory.h"

namespace vegttt::experiment {

// <method>_summary.json and, where there is a trajectory, boa_selected.json, made by the method's
// own rules from the records that the folder holds. `old_summary` is the run's that they come from:
// what verdicts have no part in (budget, what was trained on) stays as it was. A selection has
// fresh rates only where the old run's fresh samples are of its step, or steps by task, for every
// task. Kernels that a rule of N picks are timed once more by `judge`, as the method itself does.
void write_rescored_results(RunDirectory& run,
                            const core::Json& old_summary,
                            const std::vector<std::string>& tasks,
                            evaluate::Evaluator& judge);

}  // namespace vegttt::experiment
