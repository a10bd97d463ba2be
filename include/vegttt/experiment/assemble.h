// The one place where a config becomes a real policy, learner and judge.
#pragma once

#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

Parts assemble(const PartsRequest& request);

// Everything that can be found wrong without loading weights or sampling: tasks, prompts, the
// model's folder, a compiler. Returns the number of tasks.
int check_parts(const config::ExperimentConfig& config);

}  // namespace vegttt::experiment
