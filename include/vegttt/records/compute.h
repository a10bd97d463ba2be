#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vegttt/core/json.h"

namespace vegttt::records {

// What a run has spent, counted where it is spent. Written as <method>_compute.json.
struct ComputeLedger {
  std::int64_t rollouts = 0;
  std::int64_t student_prompt_tokens = 0;
  std::int64_t student_completion_tokens = 0;
  std::int64_t teacher_prompt_tokens = 0;
  std::int64_t teacher_completion_tokens = 0;
  std::int64_t trained_tokens = 0;
  std::int64_t updates = 0;
  std::int64_t evaluations = 0;
  std::map<std::string, double> stage_s;  // sample, evaluate, learn, save, ...
  double device_s = 0;                    // seconds the device (or the cores) worked for the run
  double wall_clock_s = 0;                // over all attempts
  int attempts = 0;

  void add(const ComputeLedger& other);
};

// Also writes the names of the paper's code: total_rollouts, total_prompt_tokens,
// total_completion_tokens, wall_clock_s.
core::Json to_json(const ComputeLedger& ledger);
ComputeLedger compute_ledger_from_json(const core::Json& json);

}  // namespace vegttt::records
