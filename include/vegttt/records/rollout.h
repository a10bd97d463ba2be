// What is sampled, and under which name it is stored. docs/run-directory.md describes the files.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "vegttt/core/json.h"

namespace vegttt::records {

inline constexpr int kSchemaVersion = 1;

// Names one rollout of a run. `theta_step` is the number of updates the sampling weights had seen:
// score[s] belongs to rollouts with theta_step == s.
struct RolloutKey {
  std::int64_t seed = 0;  // sample seed
  int theta_step = 0;
  std::string task_id;  // "L1/4"
  int sample = 0;       // 0 .. G-1 within (theta_step, task)
  auto operator<=>(const RolloutKey&) const = default;
  std::string text() const;  // "42/step_003/L1/4/017", for messages
};

// What the policy reads.
struct Prompt {
  std::string task_id;
  std::string system;  // "" when the frame has none
  std::string user;
  std::string hash;  // short hash over frame files, examples and text
};

enum class FinishReason { kStop, kLength };

// One completion with everything needed to learn from it or to judge it again.
struct Rollout {
  RolloutKey key;
  std::string prompt_hash;
  std::vector<int> prompt_tokens;      // written as a count plus the hash, not in full
  std::int64_t prompt_length = 0;      // that count, where a record was read
  std::vector<int> completion_tokens;  // the end token included when it was sampled
  std::vector<float> logprobs;  // of the temperature-scaled distribution, one per completion token
  std::string completion;       // decoded, without the end token
  FinishReason finish_reason = FinishReason::kStop;
  // Set after judging.
  std::string code_hash;
  double reward = 0;
  double advantage = 0;

  // Tokens of the prompt, whether they are here or only their count is.
  std::int64_t prompt_size() const {
    return prompt_tokens.empty() ? prompt_length : static_cast<std::int64_t>(prompt_tokens.size());
  }
};

const char* name_of(FinishReason reason);
core::Json to_json(const RolloutKey& key);
RolloutKey rollout_key_from_json(const core::Json& json);

}  // namespace vegttt::records
