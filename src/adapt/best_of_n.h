#pragma once

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// Rollouts of theta_0, `samples` of each task. `top` > 0: only so many of each task, the likeliest,
// are among the judged.
struct JudgedOnce {
  std::vector<records::JudgedRollout> judged;
  int samples = 0, top = 0;
};

// Writes step 0 of the run and <method>_summary.json: each task's pick, and every rule of
// selectors.h side by side (vegttt/adapt/picks.h). `more` is added to the summary.
void finish_best_of_n(Context& context,
                      const std::string& method,
                      const JudgedOnce& once,
                      const core::Json& budget,
                      const core::Json& more);

}  // namespace vegttt::adapt
