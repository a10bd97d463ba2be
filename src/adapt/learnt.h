// What the updates up to theta_s have cost. Belongs to a checkpoint: a run that continues from one
// makes the updates behind it again, and each is paid for once, so that a budget ends the run where
// it would have ended without the stop.
#pragma once

#include "vegttt/learn/update.h"
#include "vegttt/records/compute.h"

namespace vegttt::adapt {

class Learnt {
 public:
  Learnt() = default;
  // From a checkpoint's state; of one that does not have it, what the ledger knows.
  Learnt(const core::Json& state, const records::ComputeLedger& ledger);
  core::Json state() const;

  void add(const learn::UpdateStats& update);
  // Raises the ledger's counts to these.
  void count_in(records::ComputeLedger& ledger) const;
  // The ledger holds more updates than these: the next one was made before.
  bool behind(const records::ComputeLedger& ledger) const { return updates_ < ledger.updates; }

 private:
  std::int64_t updates_ = 0, trained_tokens_ = 0, scored_tokens_ = 0, teacher_prompt_tokens_ = 0,
               teacher_completion_tokens_ = 0;
};

}  // namespace vegttt::adapt
