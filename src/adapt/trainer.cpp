#include "trainer.h"

#include <algorithm>
#include <cmath>

#include "stage_clock.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/rng.h"

namespace vegttt::adapt {
namespace {

bool is_truncated(const records::Rollout& rollout) {
  return rollout.finish_reason == records::FinishReason::kLength;
}

std::map<std::string, double> numbers_of(const learn::UpdateStats& stats) {
  return {{"loss", stats.loss},
          {"grad_norm", stats.grad_norm},
          {"kl_sampler_v1", stats.kl_sampler_v1},
          {"kl_sampler_v2", stats.kl_sampler_v2},
          {"kl_theta0", stats.kl_theta0},
          {"entropy", stats.entropy},
          {"clip_fraction", stats.clip_fraction},
          {"logprob_gap_max", stats.logprob_gap_max},
          {"logprob_gap_mean", stats.logprob_gap_mean},
          {"logprob_gap_p999", stats.logprob_gap_p999},
          {"trained_tokens", static_cast<double>(stats.trained_tokens)}};
}

// Rollouts of all earlier steps; a step of rlvr may hold fewer tasks than the others.
int rollouts_before(const RunStore& store, int step) {
  return step == 0
             ? 0
             : store.trajectory().steps.at(static_cast<std::size_t>(step) - 1).rollouts_so_far;
}

core::Json json_of(const std::map<std::string, double>& numbers) {
  core::Json json = core::Json::object();
  for (const auto& [name, value] : numbers) json[name] = core::finite_or_name(value);
  return json;
}

}  // namespace

Trainer::Trainer(Context& context)
    : context_(context), rewards_(context.config.reward), trained_on_(context.trained_on) {
  const int latest = context.store.latest_checkpoint();
  if (latest < 0) {
    save_checkpoint();
    return;
  }
  context.learner.load(context.store.checkpoint_folder(latest));
  step_ = latest;
  const auto state = context.store.checkpoint_state(latest);
  rewards_.restore(core::get<core::Json>(state, "reward_state", "checkpoint"));
  trained_on_ = core::get<std::vector<std::string>>(state, "trained_on", "checkpoint");
  const auto update = core::get<core::Json>(state, "last_update", "checkpoint");
  for (const auto& [name, value] : update.items()) last_update_[name] = core::number_of(value);
}

// Rewards need the whole step: normalisers and the shuffled control look at all of it.
void Trainer::reward(const std::vector<records::JudgedRollout>& judged, ScoredStep& scored) {
  std::vector<records::Evaluation> evaluations;
  for (const auto& one : judged) evaluations.push_back(one.evaluation);
  const auto shuffle_seed =
      core::CounterRng::of({"shuffle", std::to_string(context_.config.seed), std::to_string(step_)})
          .key();
  const auto rewards = rewards_.rewards(evaluations, shuffle_seed);
  const bool drop = context_.config.learn.truncated == "drop";
  for (std::size_t i = 0; i < judged.size(); ++i) {
    auto rollout = judged[i].rollout;
    const bool truncated = is_truncated(rollout);
    rollout.reward = truncated && !std::isnan(rewards[i]) ? 0 : rewards[i];
    scored.batch.usable.push_back(!std::isnan(rollout.reward) && !(truncated && drop));
    scored.batch.rollouts.push_back(std::move(rollout));
  }
  const auto result =
      learn::advantages_of(scored.batch.rollouts, scored.batch.usable, context_.config.learn);
  for (std::size_t i = 0; i < judged.size(); ++i)
    scored.batch.rollouts[i].advantage = result.advantages[i];
  scored.metrics.more["groups"] = result.groups;
  scored.metrics.more["flat_groups"] = result.flat_groups;
}

ScoredStep Trainer::score(const std::vector<TaskPrompt>& tasks, int samples) {
  const core::Stopwatch watch;
  auto judged = rollouts_of(context_, {Stream::kAdapt, step_, tasks, samples});
  ScoredStep scored;
  reward(judged, scored);
  for (std::size_t i = 0; i < judged.size(); ++i)
    judged[i].rollout.reward = scored.batch.rollouts[i].reward;
  const auto more = scored.metrics.more;
  scored.metrics = metrics_of(step_, judged);
  scored.metrics.more.insert(more.begin(), more.end());
  scored.metrics.more.insert(last_update_.begin(), last_update_.end());
  scored.metrics.more["step_s"] = watch.elapsed_s();
  scored.metrics.rollouts_so_far =
      rollouts_before(context_.store, step_) + static_cast<int>(judged.size());
  context_.store.add_step(scored.metrics, scored.batch.rollouts);
  context_.observer.step_done(scored.metrics);
  return scored;
}

void Trainer::update(const ScoredStep& scored, bool save) {
  context_.check_stop();
  if (scored.metrics.more.at("flat_groups") == scored.metrics.more.at("groups"))
    context_.observer.note(
        "step " + std::to_string(step_) +
        ": within every task all rollouts earned the same; there is nothing to learn from them");
  context_.observer.progress(step_, Stage::kLearn, 0, 1);
  auto& ledger = context_.store.ledger();
  learn::UpdateStats stats;
  {
    const StageClock clock(ledger, "learn");
    stats = context_.learner.update(scored.batch, context_.config.learn, context_.config.sampling);
  }
  ++ledger.updates;
  ledger.trained_tokens += stats.trained_tokens;
  last_update_ = numbers_of(stats);
  for (const auto& [task, counts] : scored.metrics.tasks) {
    if (std::find(trained_on_.begin(), trained_on_.end(), task) == trained_on_.end())
      trained_on_.push_back(task);
  }
  ++step_;
  if (save) save_checkpoint();
  context_.observer.progress(step_ - 1, Stage::kLearn, 1, 1);
  context_.store.save_ledger();
}

void Trainer::save_checkpoint() {
  const StageClock clock(context_.store.ledger(), "save");
  const core::Json state = {{"step", step_},
                            {"trained_on", trained_on_},
                            {"reward_state", rewards_.state()},
                            {"last_update", json_of(last_update_)}};
  context_.store.save_checkpoint(
      step_, state, [&](const std::string& folder) { context_.learner.save(folder); });
}

}  // namespace vegttt::adapt
