// Reading what a run has written, without touching it: for replay, `show` and checks. A torn last
// line is left out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/records/judged_rollout.h"

namespace vegttt::experiment {

std::vector<records::JudgedRollout> read_rollouts(const core::fs::path& run,
                                                  const std::string& file_name);

// Reward and advantage of every rollout of a step, by key; empty when the step is not complete.
std::map<records::RolloutKey, std::pair<double, double>> read_rewards(const core::fs::path& run,
                                                                      int step);

}  // namespace vegttt::experiment
