// theta_0 as it is.
#include "purse.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {

void run_base(Context& context) {
  Purse purse(context);
  const auto bought =
      purse.buy({Stream::kAdapt, 0, context.tasks, context.config.sampling.samples_per_task});
  if (bought.samples == 0) throw purse.no_room();
  auto metrics = metrics_of(0, bought.judged);
  metrics.rollouts_so_far = static_cast<int>(bought.judged.size());
  context.store.add_step(metrics, {});  // nothing learns here, so there are no rewards
  context.observer.step_done(metrics);
  context.store.write_result("base_summary.json",
                             {{"schema_version", records::kSchemaVersion},
                              {"method", "base"},
                              {"budget", purse.report()},
                              {"metrics", records::to_json(metrics)}});
}

}  // namespace vegttt::adapt
