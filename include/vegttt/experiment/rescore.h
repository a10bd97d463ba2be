// The kernels of a finished run judged again, under another protocol, size or machine.
#pragma once

#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

// Circumstances and what differs: `overrides` of keys in `evaluate`, tasks.size and
// tasks.reference.
struct RescoreRequest {
  std::vector<std::string> overrides;
  std::string name;  // of the sibling folder; "": the run's with what differs
  int threads = 0;
  std::vector<std::string> argv;
};

// The sibling folder that it gets.
core::fs::path rescored_path(const core::fs::path& run, const RescoreRequest& request);

// Fills a run folder beside `run` with the same rollouts and new verdicts, steps, selections and
// summary; rescored.json says what they come from. What is chosen is chosen as the method does it.
// Rewards, checkpoints and what was spent stay the old run's: no weights are changed by it. Called
// again it goes on where it ended. Throws UserError when the run is not finished or `overrides`
// would change what was sampled.
core::fs::path rescore(const core::fs::path& run,
                       const RescoreRequest& request,
                       const PartsFactory& make_parts,
                       adapt::Observer& observer);

}  // namespace vegttt::experiment
