// The part that all methods which learn share: from rollouts to the next checkpoint.
#pragma once

#include <optional>

#include "learnt.h"
#include "purse.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/evaluate/reward.h"

namespace vegttt::adapt {

// A scored step: rollouts with rewards and advantages, ready for an update.
struct ScoredStep {
  records::StepMetrics metrics;
  learn::Batch batch;
  std::vector<records::JudgedRollout> judged;  // in the batch's order
  bool truncated = false;                      // the budget cut the round short: the run ends here
};

// What a teacher reads of each rollout of a step, and the lines of teacher.jsonl about it.
struct TeacherReading {
  std::vector<std::vector<int>> prompts;  // empty: there is no teacher
  std::vector<core::Json> lines;          // of the rollouts that have a prompt
  std::map<std::string, double> counts;   // for metrics.jsonl
};

// Holds theta_s, the reward normaliser's state, what the updates cost and what the last one
// reported; all of it belongs to a checkpoint.
class Trainer {
 public:
  // Continues from the latest checkpoint, or saves theta_0 as step 0.
  explicit Trainer(Context& context);

  int step() const { return step_; }  // updates that the weights have seen

  // Rollouts from theta_s of these tasks, rewarded; recorded in the store. Nothing when the budget
  // has no room for one rollout of every task.
  std::optional<ScoredStep> score(const std::vector<TaskPrompt>& tasks,
                                  int samples,
                                  const std::vector<int>& first_sample = {});
  // One update; afterwards step() is one higher. Saves a checkpoint when `save`. False, and nothing
  // is done, when the budget has no room for it and one rollout of each of `next` after it. One
  // that was made before the run was stopped is made again whatever the budget says, and paid for
  // once.
  bool update(const ScoredStep& scored,
              bool save,
              const std::vector<TaskPrompt>& next,
              const TeacherReading& reading = {});

  void save_checkpoint();

  // Limits, what was spent and which limit ended the run.
  core::Json budget() const { return purse_.report(); }
  core::UserError no_room() const { return purse_.no_room(); }

 private:
  void reward(ScoredStep& scored);
  void add_advantages(ScoredStep& scored);
  void keep_teacher_lines(const std::vector<core::Json>& lines);

  Context& context_;
  int step_ = 0;
  evaluate::RewardModel rewards_;
  Purse purse_;
  Learnt learnt_;
  std::map<std::string, double>
      last_update_;  // loss, grad_norm, ... of the update that led to theta_s
  std::vector<std::string> trained_on_;
};

}  // namespace vegttt::adapt
