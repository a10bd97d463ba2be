#include "trainer.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "diagnostics.h"
#include "stage_clock.h"
#include "update_facts.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"

namespace vegttt::adapt {
namespace {

bool is_truncated(const records::Rollout& rollout) {
  return rollout.finish_reason == records::FinishReason::kLength;
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

// (step, task, sample) of a line of teacher.jsonl.
std::string key_of(const core::Json& line) {
  return line.at("theta_step").dump() + line.at("task_id").dump() + line.at("sample").dump();
}

}  // namespace

Trainer::Trainer(Context& context)
    : context_(context),
      rewards_(context.config.reward),
      purse_(context),
      trained_on_(context.trained_on) {
  const int latest = context.store.latest_checkpoint();
  if (latest < 0) {
    save_checkpoint();
    return;
  }
  context.learner.load(context.store.checkpoint_folder(latest));
  step_ = latest;
  const auto state = context.store.checkpoint_state(latest);
  learnt_ = Learnt(state, context.store.ledger());
  learnt_.count_in(context.store.ledger());
  rewards_.restore(core::get<core::Json>(state, "reward_state", "checkpoint"));
  trained_on_ = core::get<std::vector<std::string>>(state, "trained_on", "checkpoint");
  const auto update = core::get<core::Json>(state, "last_update", "checkpoint");
  for (const auto& [name, value] : update.items()) last_update_[name] = core::number_of(value);
}

// Rewards need the whole step: normalisers and the shuffled control look at all of it.
void Trainer::reward(ScoredStep& scored) {
  std::vector<records::Evaluation> evaluations;
  for (const auto& one : scored.judged) evaluations.push_back(one.evaluation);
  const auto shuffle_seed =
      core::CounterRng::of({"shuffle", std::to_string(context_.config.seed), std::to_string(step_)})
          .key();
  const auto rewards = rewards_.rewards(evaluations, shuffle_seed);
  const bool drop = context_.config.learn.truncated == "drop";
  for (std::size_t i = 0; i < scored.judged.size(); ++i) {
    auto rollout = scored.judged[i].rollout;
    const bool truncated = is_truncated(rollout);
    rollout.reward = truncated && !std::isnan(rewards[i]) ? 0 : rewards[i];
    scored.batch.usable.push_back(!std::isnan(rollout.reward) && !(truncated && drop));
    scored.judged[i].rollout.reward = rollout.reward;
    scored.batch.rollouts.push_back(std::move(rollout));
  }
}

void Trainer::add_advantages(ScoredStep& scored) {
  const auto result =
      learn::advantages_of(scored.batch.rollouts, scored.batch.usable, context_.config.learn);
  for (std::size_t i = 0; i < scored.judged.size(); ++i)
    scored.batch.rollouts[i].advantage = result.advantages[i];
  auto& metrics = scored.metrics;
  metrics.more["groups"] = result.groups;
  metrics.more["flat_groups"] = result.flat_groups;
  metrics.more["largest_advantage"] = result.largest;
  int effective = 0;
  for (auto& [task, counts] : metrics.tasks) {
    if (const auto share = result.share_by_task.find(task); share != result.share_by_task.end())
      counts.gradient_share = share->second;
    if (const auto flat = result.flat_by_task.find(task); flat != result.flat_by_task.end())
      counts.flat_groups = flat->second;
    effective += counts.gradient_share > 0;
  }
  metrics.more["effective_tasks"] = effective;
}

std::optional<ScoredStep> Trainer::score(const std::vector<TaskPrompt>& tasks,
                                         int samples,
                                         const std::vector<int>& first_sample) {
  const core::Stopwatch watch;
  auto bought = purse_.buy({Stream::kAdapt, step_, tasks, samples, first_sample});
  if (bought.samples == 0) return std::nullopt;
  ScoredStep scored;
  scored.judged = std::move(bought.judged);
  scored.truncated = bought.truncated;
  reward(scored);
  scored.metrics = metrics_of(step_, scored.judged);
  add_advantages(scored);
  auto& more = scored.metrics.more;
  more.insert(last_update_.begin(), last_update_.end());
  if (scored.truncated) more["truncated_round"] = 1;
  more["step_s"] = watch.elapsed_s();
  scored.metrics.rollouts_so_far =
      rollouts_before(context_.store, step_) + static_cast<int>(scored.judged.size());
  const bool recorded = step_ < static_cast<int>(context_.store.trajectory().steps.size());
  if (context_.config.adapt.diagnostics && !recorded)
    add_distance(context_, scored.batch.rollouts, scored.metrics);
  context_.store.add_step(scored.metrics, scored.batch.rollouts);
  context_.observer.step_done(scored.metrics);
  return scored;
}

// A run that was killed between the update and its checkpoint makes it again; the lines stay one
// each.
void Trainer::keep_teacher_lines(const std::vector<core::Json>& lines) {
  if (lines.empty()) return;
  std::set<std::string> there;
  for (const auto& line : context_.store.lines("teacher.jsonl")) there.insert(key_of(line));
  std::vector<core::Json> missing;
  for (const auto& line : lines) {
    if (!there.contains(key_of(line))) missing.push_back(line);
  }
  context_.store.add_lines("teacher.jsonl", missing);
}

bool Trainer::update(const ScoredStep& scored,
                     bool save,
                     const std::vector<TaskPrompt>& next,
                     const TeacherReading& reading) {
  context_.check_stop();
  const auto& options = context_.config.learn;
  auto& ledger = context_.store.ledger();
  const bool again = learnt_.behind(ledger);
  if (scored.truncated ||
      (!again && !purse_.affords(cost_of_update(scored.batch, reading.prompts, options), next)))
    return false;
  if (reading.prompts.empty() &&
      scored.metrics.more.at("flat_groups") == scored.metrics.more.at("groups"))
    context_.observer.note(
        "step " + std::to_string(step_) +
        ": within every task all rollouts earned the same; there is nothing to learn from them");
  context_.observer.progress(step_, Stage::kLearn, 0, 1);
  learn::Batch batch = scored.batch;
  batch.teacher_prompts = reading.prompts;
  learn::UpdateStats stats;
  const core::Stopwatch watch;
  {
    const StageClock clock(ledger, "learn", again);
    stats =
        context_.learner.update(batch, options, context_.config.sampling, context_.config.teacher);
  }
  purse_.learnt_in(watch.elapsed_s());
  learnt_.add(stats);
  learnt_.count_in(ledger);
  keep_teacher_lines(reading.lines);
  last_update_ = numbers_of(stats);
  last_update_.insert(reading.counts.begin(), reading.counts.end());
  for (const auto& [task, counts] : scored.metrics.tasks) {
    if (std::find(trained_on_.begin(), trained_on_.end(), task) == trained_on_.end())
      trained_on_.push_back(task);
  }
  ++step_;
  if (save) save_checkpoint();
  context_.observer.progress(step_ - 1, Stage::kLearn, 1, 1);
  context_.store.save_ledger();
  return true;
}

void Trainer::save_checkpoint() {
  const StageClock clock(context_.store.ledger(), "save");
  const core::Json state = {{"step", step_},
                            {"learnt", learnt_.state()},
                            {"trained_on", trained_on_},
                            {"reward_state", rewards_.state()},
                            {"last_update", json_of(last_update_)}};
  context_.store.save_checkpoint(
      step_, state, [&](const std::string& folder) { context_.learner.save(folder); });
}

}  // namespace vegttt::adapt
