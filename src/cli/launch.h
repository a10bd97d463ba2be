// What train, adapt and resume share: from flags to a run and its tables.
#pragma once

#include "options.h"
#include "vegttt/config/experiment.h"
#include "vegttt/core/error.h"

namespace vegttt::cli {

// `overrides` come after the file's values.
config::LoadedExperiment load(const std::string& file,
                              std::vector<std::string> overrides,
                              const RunOptions& options);

core::ExitCode launch(const config::LoadedExperiment& loaded,
                      const RunOptions& options,
                      const CommonOptions& common);
core::ExitCode continue_run(const std::string& run,
                            const RunOptions& options,
                            const CommonOptions& common);
// theta_0's rates from a few rollouts per task; writes nothing.
core::ExitCode probe_policy(const config::LoadedExperiment& loaded,
                            int samples,
                            const RunOptions& options,
                            const CommonOptions& common);

// The run's tables on stdout and as .md in its folder.
void print_tables(const std::string& run, const CommonOptions& common);

}  // namespace vegttt::cli
