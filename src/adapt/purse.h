// Buys rounds of rollouts from what a budget has left.
#pragma once

#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {

class Purse {
 public:
  explicit Purse(Context& context) : context_(context) {}

  struct Round {
    std::vector<records::JudgedRollout> judged;
    int samples = 0;  // per task; fewer than asked for when the budget ends here
    bool truncated = false;
  };
  // As many rollouts per task as have room, at most round.samples. A round that the store has
  // recorded as complete comes back as it was. A rollout counts with the longest completion that it
  // may have until its length is known, so no counted limit is ever exceeded.
  Round buy(const adapt::Round& round);
  // The same without judging; afterwards samples() were sampled of every task.
  std::vector<records::Rollout> sample(const adapt::Round& round);
  int samples() const { return samples_; }
  // How many verdicts per task have room, at most `wanted`.
  int evaluations_with_room(const std::vector<TaskPrompt>& tasks, int wanted);

  // Room for `update` and one more rollout of each of these tasks after it.
  bool affords(const Spent& update, const std::vector<TaskPrompt>& tasks);

  // What an update cost that has just been made, for the next one's device seconds.
  void learnt_in(double seconds) { update_s_ = seconds; }

  // The kind of limit that ended the run, "" when none did.
  const std::string& stopped_by() const { return stopped_by_; }
  core::Json report() const;
  // Not even one rollout of every task has room.
  core::UserError no_room() const;

 private:
  Spent one_of_each(const std::vector<TaskPrompt>& tasks) const;
  Spent before(const adapt::Round& round) const;
  int recorded_samples(const adapt::Round& round) const;

  Context& context_;
  std::string stopped_by_;
  int samples_ = 0;
  double update_s_ = 0;    // of the last update
  double rollout_s_ = -1;  // of one rollout, measured in this process; -1: not yet
};

}  // namespace vegttt::adapt
