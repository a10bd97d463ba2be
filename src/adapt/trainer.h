// The part that batch_ttt and rlvr share: from rollouts to the next checkpoint.
#pragma once

#include "vegttt/adapt/rollouts.h"
#include "vegttt/evaluate/reward.h"

namespace vegttt::adapt {

// A scored step: rollouts with rewards and advantages, ready for an update.
struct ScoredStep {
  records::StepMetrics metrics;
  learn::Batch batch;
};

// Holds theta_s, the reward normaliser's state and what the last update reported; all three belong
// to a checkpoint.
class Trainer {
 public:
  // Continues from the latest checkpoint, or saves theta_0 as step 0.
  explicit Trainer(Context& context);

  int step() const { return step_; }  // updates that the weights have seen

  // Rollouts from theta_s of these tasks, rewarded; recorded in the store.
  ScoredStep score(const std::vector<TaskPrompt>& tasks, int samples);
  // One update; afterwards step() is one higher. Saves a checkpoint when `save`.
  void update(const ScoredStep& scored, bool save);

 private:
  void reward(const std::vector<records::JudgedRollout>& judged, ScoredStep& scored);
  void save_checkpoint();

  Context& context_;
  int step_ = 0;
  evaluate::RewardModel rewards_;
  std::map<std::string, double>
      last_update_;  // loss, grad_norm, ... of the update that led to theta_s
  std::vector<std::string> trained_on_;
};

}  // namespace vegttt::adapt
