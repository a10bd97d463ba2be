// N rollouts per task from theta_0, judged all or only the likeliest, and every rule that could
// pick one of them. Also what power_sampling ends with: it only samples otherwise.
#include "best_of_n.h"

#include "purse.h"
#include "selectors.h"
#include "stage_clock.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;

bool trusted(const records::Evaluation& evaluation) {
  return evaluation.status == records::Status::kSlow || evaluation.status == records::Status::kFast;
}

std::vector<const JudgedRollout*> of_task(const std::vector<JudgedRollout>& judged,
                                          const std::string& task) {
  std::vector<const JudgedRollout*> found;
  for (const auto& one : judged) {
    if (one.rollout.key.task_id == task && one.evaluation.status != records::Status::kUnscored)
      found.push_back(&one);
  }
  return found;
}

// What was picked is timed once more: the fastest of N is the luckiest of N as well, and has no
// reason to be lucky again. Each kernel once, whatever the number of rules that pick it.
class Confirmations {
 public:
  explicit Confirmations(Context& context) : context_(context) {}

  const records::Evaluation& of(const JudgedRollout& picked) {
    const auto found = done_.find(picked.rollout.key);
    if (found != done_.end()) return found->second;
    auto& ledger = context_.store.ledger();
    const StageClock clock(ledger, "confirm", true);
    ++ledger.evaluations;
    ++ledger.outside.evaluations;
    const auto& key = picked.rollout.key;
    return done_
        .emplace(key,
                 context_.evaluator.evaluate(
                     {key.task_id, picked.rollout.completion, "again/" + key.text()}))
        .first->second;
  }

 private:
  Context& context_;
  std::map<records::RolloutKey, records::Evaluation> done_;
};

core::Json row_of(Confirmations& confirmations,
                  const std::string& task,
                  const JudgedRollout* best,
                  const records::TaskCounts& counts) {
  core::Json row = {
      {"problem_id", task},
      {"fast_1", best != nullptr && best->evaluation.fast_1},
      {"sample_fast_1", counts.n == 0 ? 0.0 : static_cast<double>(counts.fast_1) / counts.n},
      {"selected_speedup", best == nullptr ? 0.0 : best->evaluation.speedup()},
      {"selected_correct", best != nullptr},
      {"correct", counts.correct},
      {"n", counts.n}};
  if (best == nullptr) return row;
  row["selected_sample"] = best->rollout.key.sample;
  row["latency"] =
      best->evaluation.timing ? best->evaluation.timing->candidate_median_us / 1000 : 0.0;  // ms
  const auto& again = confirmations.of(*best);
  row["confirmed_speedup"] = again.speedup();
  row["confirmed_fast_1"] = trusted(again) && again.fast_1;
  return row;
}

// One rule over all tasks.
core::Json selection_of(Context& context,
                        Confirmations& confirmations,
                        const Selector& selector,
                        const std::vector<JudgedRollout>& judged) {
  double fast = 0, confirmed = 0, confirmed_strict = 0, correct = 0, speedup = 0, again_speedup = 0;
  int evaluations = 0;
  core::Json picks = core::Json::object();
  for (const auto& task : context.tasks) {
    const auto seed =
        core::CounterRng::of({std::to_string(context.config.seed), task.task_id}).key();
    const auto pick = selector.pick(of_task(judged, task.task_id), seed);
    evaluations += pick.evaluations;
    picks[task.task_id] = nullptr;
    if (pick.rollout == nullptr) continue;
    context.check_stop();
    const auto& again = confirmations.of(*pick.rollout);
    picks[task.task_id] = pick.rollout->rollout.key.sample;
    ++correct;
    fast += pick.rollout->evaluation.fast_1;
    speedup += pick.rollout->evaluation.speedup();
    confirmed += trusted(again) && again.fast_1;
    confirmed_strict += trusted(again) && again.fast_1_strict;
    again_speedup += trusted(again) ? again.speedup() : 0;
  }
  const double n = static_cast<double>(context.tasks.size());
  return {{"rule", selector.rule},
          {"evaluations", evaluations},
          {"tasks", context.tasks.size()},
          {"selected", correct / n},
          {"fast_1", fast / n},
          {"confirmed_fast_1", confirmed / n},
          {"confirmed_fast_1_strict", confirmed_strict / n},
          {"mean_speedup", correct > 0 ? speedup / correct : 0.0},
          {"confirmed_mean_speedup", correct > 0 ? again_speedup / correct : 0.0},
          {"picks", picks}};
}

// The likeliest m of each task's rollouts, as many as the budget's evaluations allow.
std::vector<JudgedRollout> judge_likeliest(Context& context, Purse& purse, const Round& round) {
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
  return judged_of(context, taken, chosen);
}

}  // namespace

void finish_best_of_n(Context& context,
                      const std::string& method,
                      const std::vector<JudgedRollout>& judged,
                      int samples,
                      const core::Json& budget,
                      core::Json more) {
  auto metrics = metrics_of(0, judged);
  metrics.rollouts_so_far = samples * static_cast<int>(context.tasks.size());
  context.store.add_step(metrics, {});  // nothing learns here, so there are no rewards
  context.observer.step_done(metrics);
  Confirmations confirmations(context);
  core::Json rows = core::Json::array(), selections = core::Json::array();
  int fast = 0, confirmed = 0;
  for (const auto& task : context.tasks) {
    context.check_stop();
    const auto* best = selectors().front().pick(of_task(judged, task.task_id), 0).rollout;
    rows.push_back(row_of(confirmations, task.task_id, best, metrics.tasks[task.task_id]));
    fast += rows.back().at("fast_1").get<bool>();
    confirmed += rows.back().value("confirmed_fast_1", false);
  }
  for (const auto& selector : selectors())
    selections.push_back(selection_of(context, confirmations, selector, judged));
  const double n = static_cast<double>(context.tasks.size());
  core::Json summary = {{"schema_version", records::kSchemaVersion},
                        {"method", method},
                        {"samples_per_task", samples},
                        {"evaluate_top", context.config.adapt.evaluate_top},
                        {"sample_fast_1", metrics.aggregate_fast_1()},
                        {"selected_fast_1", fast / n},
                        {"confirmed_fast_1", confirmed / n},
                        {"rows", rows},
                        {"selections", selections},
                        {"budget", budget},
                        {"metrics", records::to_json(metrics)}};
  summary.update(more);
  context.store.write_result(method + "_summary.json", summary);
}

void run_best_of_n(Context& context) {
  const auto& options = context.config.adapt;
  const Round round{Stream::kAdapt, 0, context.tasks, options.best_of_n_samples};
  Purse purse(context);
  std::vector<JudgedRollout> judged;
  int samples = 0;
  if (options.evaluate_top > 0) {
    judged = judge_likeliest(context, purse, round);
    samples = purse.samples();
  } else {
    auto bought = purse.buy(round);
    judged = std::move(bought.judged);
    samples = bought.samples;
  }
  if (judged.empty()) throw purse.no_room();
  finish_best_of_n(context, "best_of_n", judged, samples, purse.report(), core::Json::object());
}

}  // namespace vegttt::adapt
