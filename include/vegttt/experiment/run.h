// An experiment from its config to its result files.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/adapt/context.h"
#include "vegttt/config/experiment.h"
#include "vegttt/experiment/run_directory.h"

namespace vegttt::experiment {

// The collaborators of one run. Real ones come from assemble.h; tests bring scripted ones.
struct Parts {
  std::shared_ptr<void> owner;  // what the others point into; destroyed last
  std::shared_ptr<policy::Sampler> sampler;
  std::unique_ptr<learn::Learner> learner;
  std::unique_ptr<evaluate::Evaluator> evaluator;
  std::vector<adapt::TaskPrompt> tasks;
  std::vector<std::string> trained_on;
};

struct PartsRequest {
  const config::ExperimentConfig& config;
  std::string kernel_folder;  // assembled sources and logs; "" = not kept
  int threads = 0;
  bool without_evaluator = false;  // a replay brings its own
  // Only the judge is wanted: no policy, no learner, no prompts.
  bool only_evaluator = false;
  // Not 0: a judge whose inputs come from this seed, hence other inputs than any run has seen.
  std::uint64_t secret_seed = 0;
};
using PartsFactory = std::function<Parts(const PartsRequest&)>;

// Circumstances of a run.
struct RunRequest {
  std::string out = "runs";
  std::string name;  // "": from the config
  std::string if_exists = "fail";
  std::string replay;
  double max_minutes = 0;
  int threads = 0;
  std::vector<std::string> argv;
};

// The folder that a run of this config gets.
core::fs::path run_path(const config::LoadedExperiment& loaded, const RunRequest& request);

// Makes or continues the run folder and runs the method to its end. Throws core::Stopped with the
// resume command when it was interrupted; everything finished is on disk then.
core::fs::path run_experiment(const config::LoadedExperiment& loaded,
                              const RunRequest& request,
                              const PartsFactory& make_parts,
                              adapt::Observer& observer);
core::fs::path resume_experiment(const core::fs::path& run,
                                 const RunRequest& request,
                                 const PartsFactory& make_parts,
                                 adapt::Observer& observer);

enum class RunState { kMissing, kPartial, kDone };
const char* name_of(RunState state);  // "missing", "partial", "done"
// Without touching the folder: another process may work on it.
RunState state_of(const core::fs::path& run);
// Throws UserError when the run on disk began with other values than `wanted`.
void require_same_experiment(const core::fs::path& run, const config::LoadedExperiment& wanted);

// Facts about this machine that results depend on.
core::Json describe_environment(int threads);

}  // namespace vegttt::experiment
