#pragma once

#include <string>

#include "vegttt/core/clock.h"
#include "vegttt/records/compute.h"

namespace vegttt::adapt {

// Counts the seconds of a scope to a stage of the ledger, also when the scope ends by an exception.
class StageClock {
 public:
  StageClock(records::ComputeLedger& ledger, std::string stage, bool outside_budget = false)
      : ledger_(ledger), stage_(std::move(stage)), outside_budget_(outside_budget) {}
  ~StageClock() {
    const double seconds = watch_.elapsed_s();
    ledger_.stage_s[stage_] += seconds;
    if (stage_ == "save") return;
    ledger_.device_s += seconds;
    if (outside_budget_) ledger_.outside.device_s += seconds;
  }
  StageClock(const StageClock&) = delete;
  StageClock& operator=(const StageClock&) = delete;

 private:
  records::ComputeLedger& ledger_;
  std::string stage_;
  bool outside_budget_;
  core::Stopwatch watch_;
};

}  // namespace vegttt::adapt
