// What a run will do and cost, found without sampling anything.
#pragma once

#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/file.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::experiment {

// The tasks of an experiment in their order. Throws UserError when there are none, when an rlvr run
// would train on evaluation tasks, or when `init` was trained on one of them (unless
// policy.allow_leak).
std::vector<std::string> tasks_of(const config::ExperimentConfig& config,
                                  const tasks::Catalogue& catalogue);

// Tasks that the adapter of policy.init was trained on; empty without `init`. Throws UserError when
// it is no complete checkpoint.
std::vector<std::string> tasks_behind_init(const config::ExperimentConfig& config);

// What the method asks for when no budget and no early stop ends it; without fresh samples.
int rollouts_of_method(const config::ExperimentConfig& config, int tasks);

struct Cost {
  int tasks = 0;
  int rollouts = 0;  // at most: early stop may end sooner
  int evaluations = 0;
  int updates = 0;
  double seconds = 0;  // 0: unknown
  std::string basis;   // where the seconds come from
};

// Counts from the config; seconds from the newest finished run below `out` with the same policy,
// size and dialect.
Cost cost_of(const config::ExperimentConfig& config, int tasks, const core::fs::path& out);
std::string text_of(const Cost& cost);

}  // namespace vegttt::experiment
