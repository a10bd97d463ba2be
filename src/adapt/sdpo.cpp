// Self-distillation from a teacher that reads more than the student did: its outcome (sdpo) or the
// best verified kernel (opsd). Left out: curricula, top-k of the teacher's distribution, templates
// other than the paper's.
#include "step_loop.h"
#include "teacher_context.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {
void run_sdpo(Context& context) {
  StepRules rules;
  rules.method = "sdpo";
  rules.teacher = [&](const ScoredStep& scored) { return sdpo_reading(context, scored); };
  rules.report = [&](core::Json& summary) { summary["context"] = context.config.teacher.context; };
  run_steps(context, rules);
}

void run_opsd(Context& context) {
  StepRules rules;
  rules.method = "opsd";
  rules.teacher = [&](const ScoredStep& scored) { return opsd_reading(context, scored); };
  run_steps(context, rules);
}

}  // namespace vegttt::adapt
