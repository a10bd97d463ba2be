#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/records/judged_rollout.h"

namespace vegttt::cli {

// RUN/STEP/TASK/SAMPLE taken apart; what is left out is -1 or "".
struct Place {
  core::fs::path run;
  int step = -1;
  std::string task;
  int sample = -1;
};

// The longest prefix that is a run, then STEP ("2", "step_002"), TASK ("L1/4", "4", or an id of the
// run's own), SAMPLE. Throws UserError.
Place place_of(const std::string& text);

// The rollouts there, in the order of the file. Throws UserError when there are none.
std::vector<records::JudgedRollout> rollouts_at(const Place& place);

}  // namespace vegttt::cli
