// Power sampling: N rollouts per task from theta_0 to the power alpha. Nothing is learnt. Every
// request of a chain is paid for and stands in proposals.jsonl; a rollout is where its chain ended.
#include <algorithm>

#include "best_of_n.h"
#include "metropolis.h"
#include "stage_clock.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

constexpr int kWave = 32;  // chains per task that advance together; what a killed run does again

// The chains that the store does not hold yet, of samples [first, end).
struct Wave {
  std::vector<Chain> chains;
  std::vector<records::RolloutKey> keys;
};

Wave wave_of(const Context& context, int first, int end) {
  std::set<records::RolloutKey> there;
  for (const auto& one : context.store.sampled_only(Stream::kAdapt, 0)) there.insert(one.key);
  for (const auto& one : context.store.judged(Stream::kAdapt, 0)) there.insert(one.rollout.key);
  Wave wave;
  for (const auto& task : context.tasks) {
    for (int sample = first; sample < end; ++sample) {
      const records::RolloutKey key{context.config.seed, 0, task.task_id, sample};
      if (there.contains(key)) continue;
      Chain chain;
      chain.task = &task;
      chain.stream = core::CounterRng::of(
          {"power", std::to_string(key.seed), key.task_id, std::to_string(sample)});
      wave.chains.push_back(std::move(chain));
      wave.keys.push_back(key);
    }
  }
  return wave;
}

core::Json line_of(const records::RolloutKey& key, const Proposal& proposal) {
  return {{"schema_version", records::kSchemaVersion},
          {"task_id", key.task_id},
          {"sample", key.sample},
          {"block", proposal.block},
          {"iteration", proposal.iteration},
          {"cut", proposal.cut},
          {"prompt_tokens", proposal.prompt_tokens},
          {"completion_tokens", proposal.completion_tokens},
          {"scored_tokens", proposal.scored_tokens},
          {"accepted", proposal.accepted}};
}

records::Rollout rollout_of(const Context& context,
                            const Chain& chain,
                            const records::RolloutKey& key) {
  records::Rollout rollout;
  rollout.key = key;
  rollout.prompt_hash = chain.task->prompt.hash;
  rollout.prompt_tokens = chain.task->tokens;
  rollout.completion_tokens = chain.tokens;
  rollout.logprobs = chain.proposal_logprobs;
  rollout.completion = context.sampler.decode_completion(chain.tokens);
  rollout.finish_reason =
      chain.ended ? records::FinishReason::kStop : records::FinishReason::kLength;
  return rollout;
}

void sample_wave(Context& context, int first, int end, int total) {
  auto wave = wave_of(context, first, end);
  if (wave.chains.empty()) return;
  auto& ledger = context.store.ledger();
  const StageClock clock(ledger, "sample");
  const int tasks = static_cast<int>(context.tasks.size());
  context.observer.progress(0, Stage::kSample, first * tasks, total * tasks);
  std::vector<core::Json> lines;
  const auto shared = core::CounterRng::of(
      {"power cuts", std::to_string(context.config.seed), std::to_string(first)});
  run_chains(context.sampler,
             context.learner,
             context.config.sampling,
             context.config.power,
             shared,
             wave.chains,
             [&](const Proposal& proposal) {
               ledger.student_prompt_tokens += proposal.prompt_tokens;
               ledger.student_completion_tokens += proposal.completion_tokens;
               ledger.scored_tokens += proposal.scored_tokens;
               lines.push_back(line_of(wave.keys[proposal.chain], proposal));
               context.check_stop();
             });
  context.store.add_lines("proposals.jsonl", lines);
  for (std::size_t i = 0; i < wave.chains.size(); ++i) {
    ++ledger.rollouts;
    context.store.add_sampled(Stream::kAdapt, rollout_of(context, wave.chains[i], wave.keys[i]));
  }
  context.store.save_ledger();
  context.observer.progress(0, Stage::kSample, end * tasks, total * tasks);
}

// The most that one more chain of every task can cost: every proposal from its first token on.
Spent one_of_each(const Context& context) {
  const auto& power = context.config.power;
  const std::int64_t longest = context.config.sampling.max_new_tokens;
  const std::int64_t sampled = longest + power.iterations * longest * (power.blocks + 1) / 2;
  const std::int64_t requests = power.blocks * (power.iterations + 1LL);
  Spent sum;
  for (const auto& task : context.tasks) {
    const auto prompt = static_cast<std::int64_t>(task.tokens.size());
    // A request reads the prompt and what stands before the cut, and is scored as a whole.
    sum = sum + Spent{1, sampled, sampled + 2 * requests * (prompt + longest), 1, 0};
  }
  return sum;
}

core::Json acceptance_of(const Context& context) {
  double accepted = 0, proposed = 0;
  for (const auto& line : context.store.lines("proposals.jsonl")) {
    if (line.at("iteration").get<int>() < 0) continue;
    ++proposed;
    accepted += line.at("accepted").get<bool>();
  }
  return {{"alpha", context.config.power.alpha},
          {"proposals", proposed},
          {"acceptance", proposed > 0 ? accepted / proposed : 0.0}};
}

}  // namespace

void run_power_sampling(Context& context) {
  const int wanted = context.config.adapt.best_of_n_samples;
  const auto& budget = context.config.budget;
  std::string stopped_by;
  int samples = 0;
  while (samples < wanted) {
    const int end = std::min(wanted, samples + kWave);
    const auto present = wave_of(context, samples, end);
    int fit = end - samples;
    if (!present.chains.empty()) {
      auto spent = spent_of(context.store.ledger());
      spent.evaluations += spent.rollouts - static_cast<std::int64_t>(
                                                context.store.judged(Stream::kAdapt, 0).size());
      fit = times_that_fit(spent, one_of_each(context), fit, budget);
      if (fit == 0) {
        stopped_by = exceeded_by(spent, one_of_each(context), budget);
        break;
      }
    }
    sample_wave(context, samples, samples + fit, wanted);
    samples += fit;
  }
  if (samples == 0)
    throw core::UserError("has no room for one rollout of every task",
                          "budget." + stopped_by,
                          "a larger budget, or fewer tasks");
  const auto judged = rollouts_of(context, {Stream::kAdapt, 0, context.tasks, samples});
  finish_best_of_n(context,
                   "power_sampling",
                   {judged, samples, 0},
                   budget_json(budget, context.store.ledger(), stopped_by),
                   {{"power", acceptance_of(context)}});
}

}  // namespace vegttt::adapt
