// Buys rounds of rollouts from what a budget has left.
#pragma once

#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/rollouts.h"

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
  // How many samples per task of a round have room whose rollouts are not judged at once.
  int samples_with_room(const adapt::Round& round);

  // Room for `update` and one more rollout of each of these tasks after it.
  bool affords(const Spent& update, const std::vector<TaskPrompt>& tasks);

  // What an update cost that has just been made, for the next one's device seconds.
  void learnt_in(double seconds) { update_s_ = seconds; }

  // The kind of limit that ended the run, "" when none did.
  const std::string& stopped_by() const { return stopped_by_; }
  core::Json report() const;

 private:
  Spent one_of_each(const std::vector<TaskPrompt>& tasks) const;
  Spent before(const adapt::Round& round) const;
  int recorded_samples(const adapt::Round& round) const;

  Context& context_;
  std::string stopped_by_;
  double update_s_ = 0;    // of the last update
  double rollout_s_ = -1;  // of one rollout, measured in this process; -1: not yet
};

}  // namespace vegttt::adapt
