// The one place where a config becomes a real policy, learner and judge.
#pragma once

#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

Parts assemble(const PartsRequest& request);

// Everything that can be found wrong without loading weights or sampling: tasks, their references,
// prompts, the model's folder. Returns the number of tasks.
int check_parts(const config::ExperimentConfig& config);
// Throws MachineError where the dialect needs a compiler and none works. A run finds this out by
// itself, before it samples.
void check_compiler(const config::ExperimentConfig& config);

}  // namespace vegttt::experiment
