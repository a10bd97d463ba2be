#pragma once

#include "vegttt/core/json.h"
#include "vegttt/records/evaluation.h"
#include "vegttt/records/rollout.h"

namespace vegttt::records {

// A line of rollouts.jsonl: what was sampled and what the judge said about it.
struct JudgedRollout {
  Rollout rollout;
  Evaluation evaluation;
};

// Tokens and log-probs in full (log-probs read back as the same floats), prompt tokens as a count.
// Reward and advantage are not here: they belong to the whole step (rewards.jsonl).
core::Json to_json(const Rollout& rollout);
core::Json to_json(const JudgedRollout& judged);
// `prompt_tokens` comes back empty.
Rollout rollout_from_json(const core::Json& json);
JudgedRollout judged_rollout_from_json(const core::Json& json);

}  // namespace vegttt::records
