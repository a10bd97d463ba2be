// The loop of batch_ttt, sdpo, opsd and discover: theta_0 .. theta_S, each scored by its own
// rollouts, which then feed the update to the next; then the choice among them.
#pragma once

#include <functional>

#include "trainer.h"

namespace vegttt::adapt {

struct StepRules {
  std::string method;
  // What the policy reads at step s and from which sample on; without: the tasks as they are.
  std::function<Round(int step, const std::vector<TaskPrompt>& tasks)> round = {};
  // What a teacher reads; without: there is none.
  std::function<TeacherReading(const ScoredStep& scored)> teacher = {};
  // More for the method's summary.
  std::function<void(core::Json& summary)> report = {};
};

// Runs to the end and writes boa_selected.json and <method>_summary.json.
void run_steps(Context& context, const StepRules& rules);

}  // namespace vegttt::adapt
