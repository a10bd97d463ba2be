// What a run of steps has chosen, as its result files say it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "vegttt/adapt/store.h"
#include "vegttt/config/experiment.h"

namespace vegttt::adapt {

// The step, or the steps by task, that a run with these options ends with: every task by its own
// scores with per_task_stop, the best up to where early_stop ended it, else the best of all whole
// steps.
records::Selection chosen_by(const config::AdaptOptions& options,
                             const std::string& criterion,
                             const records::Trajectory& trajectory);
// Of one task: a selection has one step, or one for each task.
int step_of(const records::Selection& chosen, const std::string& task);

// The counts of fresh samples of exactly this choice, where there are any of every task.
using FreshOf = std::function<std::optional<records::StepMetrics>(const records::Selection&)>;

struct StepResults {
  core::Json summary;  // what <method>_summary.json says of steps and selections
  core::Json boa;      // boa_selected.json
};
// From the store's trajectory, which has a step. `criterion` as criterion_of(config).
StepResults step_results(const config::ExperimentConfig& config,
                         const std::string& criterion,
                         const RunStore& store,
                         const FreshOf& fresh_of);

}  // namespace vegttt::adapt
