// N rollouts per task from theta_0, judged all or only the likeliest, and every rule that could
// pick one of them. Also what power_sampling ends with: it only samples otherwise.
#include "best_of_n.h"

#include "purse.h"
#include "selectors.h"
#include "stage_clock.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/picks.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;

// The likeliest m of each task's rollouts, as many as the budget's evaluations allow.
JudgedOnce judge_likeliest(Context& context, Purse& purse, const Round& round) {
  const auto sampled = purse.sample(round);
  Round taken = round;
  taken.samples = static_cast<int>(sampled.size() / round.tasks.size());
  const int m = purse.evaluations_with_room(round.tasks, context.config.adapt.evaluate_top);
  std::set<records::RolloutKey> chosen;
  for (const auto& task : round.tasks) {
    std::vector<const records::Rollout*> own;
    for (const auto& rollout : sampled) {
      if (rollout.key.task_id == task.task_id) own.push_back(&rollout);
    }
    for (const auto* rollout : likeliest(own, static_cast<std::size_t>(m)))
      chosen.insert(rollout->key);
  }
  return {judged_of(context, taken, chosen), taken.samples, m < taken.samples ? m : 0};
}

// Paid for by nobody's budget.
std::vector<records::Evaluation> confirm(Context& context,
                                         const std::vector<const JudgedRollout*>& picked) {
  auto& ledger = context.store.ledger();
  const StageClock clock(ledger, "confirm", true);
  return judge_again(context.evaluator, picked, [&] {
    ++ledger.evaluations;
    ++ledger.outside.evaluations;
    context.check_stop();
  });
}

}  // namespace

void finish_best_of_n(Context& context,
                      const std::string& method,
                      const JudgedOnce& once,
                      const core::Json& budget,
                      const core::Json& more) {
  auto metrics = metrics_of(0, once.judged);
  metrics.rollouts_so_far = once.samples * static_cast<int>(context.tasks.size());
  if (once.top > 0) metrics.more["likeliest_of"] = once.samples;
  context.store.add_step(metrics, {});  // nothing learns here, so there are no rewards
  context.observer.step_done(metrics);
  Candidates candidates{{}, once.judged, once.samples, once.top, context.config.seed};
  for (const auto& task : context.tasks) candidates.tasks.push_back(task.task_id);
  core::Json summary = {{"schema_version", records::kSchemaVersion}, {"method", method}};
  summary.update(picks_json(
      candidates, metrics, [&](const auto& picked) { return confirm(context, picked); }));
  summary["budget"] = budget;
  summary["metrics"] = records::to_json(metrics);
  summary.update(more);
  context.store.write_result(method + "_summary.json", summary);
}

void run_best_of_n(Context& context) {
  const auto& options = context.config.adapt;
  const Round round{Stream::kAdapt, 0, context.tasks, options.best_of_n_samples};
  Purse purse(context);
  JudgedOnce once;
  if (options.evaluate_top > 0) {
    once = judge_likeliest(context, purse, round);
  } else {
    auto bought = purse.buy(round);
    once = {std::move(bought.judged), bought.samples, 0};
  }
  if (once.judged.empty()) throw purse.no_room();
  finish_best_of_n(context, "best_of_n", once, purse.report(), core::Json::object());
}

}  // namespace vegttt::adapt
