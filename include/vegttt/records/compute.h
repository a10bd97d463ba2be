#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vegttt/core/json.h"

namespace vegttt::records {

// The part of a ledger that no budget pays for: fresh rollouts of what was selected, timing a
// selected kernel once more, diagnostics.
struct OutsideBudget {
  std::int64_t rollouts = 0, prompt_tokens = 0, completion_tokens = 0, scored_tokens = 0,
               evaluations = 0;
  double device_s = 0;
};

// What a run has spent, counted where it is spent. Written as <method>_compute.json.
struct ComputeLedger {
  std::int64_t rollouts = 0;
  std::int64_t student_prompt_tokens = 0;
  std::int64_t student_completion_tokens = 0;
  std::int64_t teacher_prompt_tokens = 0;
  std::int64_t teacher_completion_tokens = 0;
  std::int64_t trained_tokens = 0;
  // Prompt and completion tokens of passes that only ask how likely a completion is.
  std::int64_t scored_tokens = 0;
  std::int64_t updates = 0;
  std::int64_t evaluations = 0;
  std::map<std::string, double> stage_s;  // sample, evaluate, learn, save, ...
  double device_s = 0;                    // seconds the device (or the cores) worked for the run
  double wall_clock_s = 0;                // over all attempts
  int attempts = 0;
  OutsideBudget outside;  // contained in the figures above

  void add(const ComputeLedger& other);
};

// Also writes the names of the paper's code: total_rollouts, total_prompt_tokens,
// total_completion_tokens, wall_clock_s.
core::Json to_json(const ComputeLedger& ledger);
ComputeLedger compute_ledger_from_json(const core::Json& json);

}  // namespace vegttt::records
