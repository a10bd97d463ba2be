// Self-distillation from a teacher that reads more than the student did: its outcome (sdpo) or the
// best verified kernel (opsd). Left out: curricula, top-k of the teacher's distribution, templates
// other than the paper's.
#include "step_loop.h"
#include "teacher_context.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

// The distance of two distributions knows no advantages.
void require_a_place_for_kl(const config::ExperimentConfig& config) {
  const auto& learn = config.learn;
  if (config.teacher.loss == "full" && learn.kl_coefficient != 0 && learn.kl_place == "advantage")
    throw core::UserError("a KL term in the advantage has no effect with teacher.loss full",
                          "learn.kl_place",
                          "learn.kl_place=loss");
}

}  // namespace

void run_sdpo(Context& context) {
  require_a_place_for_kl(context.config);
  StepRules rules;
  rules.method = "sdpo";
  rules.teacher = [&](const ScoredStep& scored) { return sdpo_reading(context, scored); };
  rules.report = [&](core::Json& summary) { summary["context"] = context.config.teacher.context; };
  run_steps(context, rules);
}

void run_opsd(Context& context) {
  require_a_place_for_kl(context.config);
  StepRules rules;
  rules.method = "opsd";
  rules.teacher = [&](const ScoredStep& scored) { return opsd_reading(context, scored); };
  run_steps(context, rules);
}

}  // namespace vegttt::adapt
