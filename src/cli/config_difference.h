#pragma once

#include <string>
#include <vector>

#include "vegttt/config/experiment.h"

namespace vegttt::cli {

// An experiment file, or the config that a run began with when it is the folder of one.
config::LoadedExperiment load_file_or_run(const std::string& path);

struct Difference {
  std::string key, a, b;  // values as YAML flow text
};
// In the order of the keys; empty when both compute the same.
std::vector<Difference> differences(const config::ExperimentConfig& a,
                                    const config::ExperimentConfig& b);

}  // namespace vegttt::cli
