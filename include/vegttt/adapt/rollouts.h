#pragma once

#include <set>

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// G rollouts of each task, from the weights that the sampler holds now.
struct Round {
  Stream stream = Stream::kAdapt;
  int theta_step = 0;
  std::vector<TaskPrompt> tasks;
  int samples = 1;
  std::vector<int> first_sample = {};  // by place in `tasks`, where one task has several prompts
};

// Samples and judges what the store does not hold yet; returns the whole round, sorted by task as
// given, then by sample. Throws MachineError when more than a fifth could not be scored.
std::vector<records::JudgedRollout> rollouts_of(Context& context, const Round& round);

// Samples what the store does not hold yet and judges nothing.
std::vector<records::Rollout> sampled_of(Context& context, const Round& round);
// Judges these of the round's rollouts, by task and sample; the others stay in the store's waiting
// room.
std::vector<records::JudgedRollout> judged_of(Context& context,
                                              const Round& round,
                                              const std::set<records::RolloutKey>& chosen);

// The counts of a round. Rewards are taken from the rollouts; NaN ones are left out.
records::StepMetrics metrics_of(int step, const std::vector<records::JudgedRollout>& judged);

}  // namespace vegttt::adapt
