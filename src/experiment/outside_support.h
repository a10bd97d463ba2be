// What the measurements outside of a budget share.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/experiment/campaign.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::experiment {

using KeyOf = std::function<std::string(const config::ExperimentConfig&)>;

// Runs that one judge can judge; runs whose theta_0 has the same rates.
std::string judge_key(const config::ExperimentConfig& config);
std::string probe_key(const config::ExperimentConfig& config);

// Runs of the same key, in order of first appearance.
std::vector<std::vector<const PlannedRun*>> groups_of(const std::vector<const PlannedRun*>& runs,
                                                      const KeyOf& key_of);

// The ids of a run's tasks, from what it wrote.
std::vector<std::string> tasks_of_run(const core::fs::path& run);

}  // namespace vegttt::experiment
