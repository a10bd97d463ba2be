// What this program promises about sampling, by shape: 160 rows, prompts of 512 tokens that no two
// rows share, 256 new ones, one H200.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/json.h"

namespace vegttt::cli {

struct SampleTarget {
  std::string shape;
  double step_ms = 0;          // at most; 0: not promised
  double bandwidth_share = 0;  // at least; 0: not promised
  double times_peer = 0;       // of transformers' tokens per second; 0: not promised
  double memory_gib = 0;       // at most; 0: not promised
};
const std::vector<SampleTarget>& sample_targets();

// `measured` (bench sample's JSON) with "target", "times_peer" (null without a line for this shape
// in the file `peers`, which may be empty) and "met" (null when a part of it is not known).
core::Json against(const SampleTarget& target, core::Json measured, const std::string& peers);

// A line of the table, with its head before the first.
void print_target(const core::Json& row, bool first);

}  // namespace vegttt::cli
