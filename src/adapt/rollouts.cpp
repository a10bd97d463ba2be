#include "vegttt/adapt/rollouts.h"

#include "places.h"
#include "stage_clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;
using records::Rollout;
using records::Status;

core::CounterRng stream_of(Stream stream, const records::RolloutKey& key) {
  return core::CounterRng::of({"rollout",
                               name_of(stream),
                               std::to_string(key.seed),
                               std::to_string(key.theta_step),
                               key.task_id,
                               std::to_string(key.sample)});
}

Rollout rollout_from(const Place& place,
                     const policy::Completion& completion,
                     const policy::Sampler& sampler) {
  Rollout rollout;
  rollout.key = place.key;
  rollout.prompt_hash = place.task->prompt.hash;
  rollout.prompt_tokens = place.task->tokens;
  rollout.completion_tokens = completion.tokens;
  rollout.logprobs = completion.logprobs;
  rollout.completion = sampler.decode_completion(completion.tokens);
  rollout.finish_reason =
      completion.truncated ? records::FinishReason::kLength : records::FinishReason::kStop;
  return rollout;
}

// Only what the loop learns and selects from is paid for by a budget.
bool is_outside(const Round& round) { return round.stream != Stream::kAdapt; }

void count_sampled(records::ComputeLedger& ledger, const Rollout& rollout, bool outside) {
  const auto prompt = static_cast<std::int64_t>(rollout.prompt_tokens.size()),
             completion = static_cast<std::int64_t>(rollout.completion_tokens.size());
  ++ledger.rollouts;
  ledger.student_prompt_tokens += prompt;
  ledger.student_completion_tokens += completion;
  if (!outside) return;
  ++ledger.outside.rollouts;
  ledger.outside.prompt_tokens += prompt;
  ledger.outside.completion_tokens += completion;
}

evaluate::Submission submission_of(const Round& round, const Place& place) {
  return {place.key.task_id,
          place.rollout->completion,
          std::string(name_of(round.stream)) + "/" + place.key.text()};
}

enum class Then { kJudgeAll, kJudgeSome };

void sample_missing(Context& context,
                    const Round& round,
                    std::vector<Place>& places,
                    Then then = Then::kJudgeAll) {
  std::vector<Place*> missing;
  std::vector<policy::SampleRequest> requests;
  for (auto& place : places) {
    if (place.rollout) continue;
    missing.push_back(&place);
    requests.push_back({place.task->tokens, stream_of(round.stream, place.key)});
  }
  if (missing.empty()) return;
  const StageClock clock(context.store.ledger(), "sample", is_outside(round));
  const int total = static_cast<int>(places.size());
  int done = total - static_cast<int>(missing.size());
  context.observer.progress(round.theta_step, Stage::kSample, done, total);
  context.sampler.sample(
      requests, context.config.sampling, [&](std::size_t i, policy::Completion completion) {
        Rollout rollout = rollout_from(*missing[i], completion, context.sampler);
        context.store.add_sampled(round.stream, rollout);
        count_sampled(context.store.ledger(), rollout, is_outside(round));
        missing[i]->rollout = std::move(rollout);
        if (then == Then::kJudgeAll) context.evaluator.prepare(submission_of(round, *missing[i]));
        context.observer.progress(round.theta_step, Stage::kSample, ++done, total);
        context.check_stop();
      });
}

[[noreturn]] void give_up(const std::vector<Place>& places, int unscored) {
  std::string reason;
  for (const auto& place : places) {
    if (place.evaluation && place.evaluation->status == Status::kUnscored)
      reason = place.evaluation->message;
  }
  throw core::MachineError(
      std::to_string(unscored) + " of " + std::to_string(places.size()) +
      " kernels could not be scored on this machine, which is more than a fifth; the last "
      "reason: " +
      reason + ". Nothing was learnt from them; see `vegttt doctor`, then `vegttt resume`");
}

JudgedRollout take(Place& place) {
  Rollout& rollout = *place.rollout;
  const auto& evaluation = *place.evaluation;
  // A completion without code has no candidate; its text tells such samples apart.
  rollout.code_hash = evaluation.candidate_hash.empty() ? core::short_hash(rollout.completion)
                                                        : evaluation.candidate_hash;
  return {rollout, evaluation};
}

void judge_missing(Context& context, const Round& round, std::vector<Place>& places) {
  std::vector<Place*> missing;
  std::vector<evaluate::Submission> submissions;
  int unscored = 0;
  for (auto& place : places) {
    if (place.evaluation) {
      unscored += place.evaluation->status == Status::kUnscored;
      continue;
    }
    missing.push_back(&place);
    submissions.push_back(submission_of(round, place));
  }
  if (missing.empty()) return;
  const StageClock clock(context.store.ledger(), "evaluate", is_outside(round));
  const int total = static_cast<int>(places.size());
  int done = total - static_cast<int>(missing.size());
  std::size_t written = 0;
  context.observer.progress(round.theta_step, Stage::kEvaluate, done, total);
  context.evaluator.evaluate_all(
      submissions, [&](std::size_t i, const records::Evaluation& evaluation) {
        missing[i]->evaluation = evaluation;
        unscored += evaluation.status == Status::kUnscored;
        auto& ledger = context.store.ledger();
        ++ledger.evaluations;
        ledger.outside.evaluations += is_outside(round);
        // In key order, whatever order the judge finishes in: equal runs write equal files.
        for (; written < missing.size() && missing[written]->evaluation; ++written)
          context.store.add_judged(round.stream, take(*missing[written]));
        context.observer.progress(round.theta_step, Stage::kEvaluate, ++done, total);
        if (5 * unscored > total) give_up(places, unscored);
        context.check_stop();
      });
  VEGTTT_ASSERT(written == missing.size(), "every submission is judged");
}

}  // namespace

std::vector<JudgedRollout> rollouts_of(Context& context, const Round& round) {
  auto places = places_of(context, round);
  context.check_stop();
  sample_missing(context, round, places);
  context.store.save_ledger();
  judge_missing(context, round, places);
  context.store.save_ledger();
  std::vector<JudgedRollout> judged;
  for (auto& place : places) judged.push_back(take(place));
  return judged;
}

std::vector<Rollout> sampled_of(Context& context, const Round& round) {
  auto places = places_of(context, round);
  context.check_stop();
  sample_missing(context, round, places, Then::kJudgeSome);
  context.store.save_ledger();
  std::vector<Rollout> sampled;
  for (auto& place : places) sampled.push_back(std::move(*place.rollout));
  return sampled;
}

std::vector<JudgedRollout> judged_of(Context& context,
                                     const Round& round,
                                     const std::set<records::RolloutKey>& chosen) {
  auto places = places_of(context, round);
  std::erase_if(places, [&](const Place& place) { return !chosen.contains(place.key); });
  judge_missing(context, round, places);
  context.store.save_ledger();
  std::vector<JudgedRollout> judged;
  for (auto& place : places) judged.push_back(take(place));
  return judged;
}

}  // namespace vegttt::adapt
