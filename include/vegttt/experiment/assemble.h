// The one place where a config becomes a real policy, learner and judge.
#pragma once

#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

Parts assemble(const PartsRequest& request);

// The same for runs one after another: policy and judge are made once and kept for the next request
// that names the same ones. Every run begins at its own theta_0. Parts of a request are only good
// until the next one.
PartsFactory shared_parts();

// Everything that can be found wrong without loading weights or sampling: tasks, their references,
// prompts, the model's folder. Returns the number of tasks.
int check_parts(const config::ExperimentConfig& config);
// Throws MachineError where the dialect needs a compiler and none works. A run finds this out by
// itself, before it samples.
void check_compiler(const config::ExperimentConfig& config);

}  // namespace vegttt::experiment
