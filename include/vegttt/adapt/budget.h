// Where a budget ends a run, the same place for every method: the last round holds as many rollouts
// per task as are sure to fit, and nothing follows that could not be followed by a round of its
// own. Device seconds cannot be known beforehand: they are predicted from the run's own speed.
#pragma once

#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/records/compute.h"

namespace vegttt::adapt {

// What a budget counts, by the names of config::BudgetOptions.
struct Spent {
  std::int64_t rollouts = 0, sampled_tokens = 0, all_tokens = 0, evaluations = 0;
  double device_seconds = 0;
};
// What was spent within the budget: what lies outside of it (records::OutsideBudget) is taken off.
Spent spent_of(const records::ComputeLedger& ledger);
Spent operator+(const Spent& a, const Spent& b);
Spent operator*(const Spent& a, std::int64_t n);

bool limited(const config::BudgetOptions& budget);
// The first kind that has no room for `more` on top of `spent`, "" when all have.
std::string exceeded_by(const Spent& spent, const Spent& more, const config::BudgetOptions& budget);
// How often `one` fits on top of `spent`, at most `wanted` times.
int times_that_fit(const Spent& spent,
                   const Spent& one,
                   int wanted,
                   const config::BudgetOptions& budget);

// For a budget of which this kind of limit leaves no room for anything.
core::UserError no_room_for_one_of_each(const std::string& kind);

// {"limits": {kind: limit}, "spent": {every kind}, "stopped_by": kind or ""}: in every summary.
core::Json budget_json(const config::BudgetOptions& budget,
                       const records::ComputeLedger& ledger,
                       const std::string& stopped_by);

}  // namespace vegttt::adapt
