#pragma once

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// Lines are on disk at once, the ledger a second later: after a kill it may know less than the
// records. Raises its counts of rollouts, their tokens and verdicts to those of the records, within
// and outside of the budget. (What a killed update or chain had spent is in no record and is lost.)
void recount(Context& context);

}  // namespace vegttt::adapt
