#pragma once

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// From judged rollouts of theta_0 to step 0 of the run and <method>_summary.json: each task's
// fastest correct kernel, and every rule of selectors.h side by side. `samples` per task were
// sampled; `more` is added to the summary.
void finish_best_of_n(Context& context,
                      const std::string& method,
                      const std::vector<records::JudgedRollout>& judged,
                      int samples,
                      const core::Json& budget,
                      core::Json more);

}  // namespace vegttt::adapt
