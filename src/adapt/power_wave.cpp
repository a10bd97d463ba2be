#include "power_wave.h"

#include <map>
#include <set>

#include "metropolis.h"
#include "stage_clock.h"

namespace vegttt::adapt {
namespace {

constexpr const char* kFile = "proposals.jsonl";

struct Chains {
  std::vector<Chain> chains;
  std::vector<records::RolloutKey> keys;
};

// Of the wave's rollouts that the store does not hold yet.
Chains open_chains(const Context& context, const Wave& wave) {
  std::set<records::RolloutKey> there;
  for (const auto& one : context.store.sampled_only(Stream::kAdapt, 0)) there.insert(one.key);
  for (const auto& one : context.store.judged(Stream::kAdapt, 0)) there.insert(one.rollout.key);
  Chains open;
  for (const auto& task : context.tasks) {
    for (int sample = wave.first; sample < wave.end; ++sample) {
      const records::RolloutKey key{context.config.seed, 0, task.task_id, sample};
      if (there.contains(key)) continue;
      Chain chain;
      chain.task = &task;
      chain.stream = core::CounterRng::of(
          {"power", std::to_string(key.seed), key.task_id, std::to_string(sample)});
      open.chains.push_back(std::move(chain));
      open.keys.push_back(key);
    }
  }
  return open;
}

core::Json line_of(const Wave& wave, const records::RolloutKey& key, const Proposal& proposal) {
  return {{"schema_version", records::kSchemaVersion},
          {"wave", {wave.first, wave.end}},
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

std::string place_of(const core::Json& line) {
  return line.at("task_id").dump() + line.at("sample").dump() + "/" + line.at("block").dump() +
         "/" + line.at("iteration").dump();
}

// A run that was killed between a wave's lines and its rollouts makes it again.
std::vector<core::Json> not_recorded(const RunStore& store, std::vector<core::Json> lines) {
  std::set<std::string> there;
  for (const auto& line : store.lines(kFile)) there.insert(place_of(line));
  std::erase_if(lines, [&](const core::Json& line) { return there.contains(place_of(line)); });
  return lines;
}

ChainTokens tokens_of(const std::vector<core::Json>& lines) {
  ChainTokens sum;
  for (const auto& line : lines) {
    sum.prompt += line.at("prompt_tokens").get<std::int64_t>();
    sum.completion += line.at("completion_tokens").get<std::int64_t>();
    sum.scored += line.at("scored_tokens").get<std::int64_t>();
  }
  return sum;
}

void count(records::ComputeLedger& ledger, const ChainTokens& tokens, bool outside) {
  ledger.student_prompt_tokens += tokens.prompt;
  ledger.student_completion_tokens += tokens.completion;
  ledger.scored_tokens += tokens.scored;
  if (!outside) return;
  ledger.outside.prompt_tokens += tokens.prompt;
  ledger.outside.completion_tokens += tokens.completion;
  ledger.outside.scored_tokens += tokens.scored;
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

// Advances the chains to their ends; the line of every request.
std::vector<core::Json> lines_of(Context& context, const Wave& wave, Chains& open) {
  std::vector<core::Json> lines;
  const auto cuts = core::CounterRng::of(
      {"power cuts", std::to_string(context.config.seed), std::to_string(wave.first)});
  try {
    run_chains(context.sampler,
               context.learner,
               context.config.sampling,
               context.config.power,
               cuts,
               open.chains,
               [&](const Proposal& proposal) {
                 lines.push_back(line_of(wave, open.keys[proposal.chain], proposal));
                 context.check_stop();
               });
  } catch (...) {
    count(context.store.ledger(), tokens_of(lines), true);
    context.store.save_ledger();
    throw;
  }
  return lines;
}

}  // namespace

std::vector<Wave> recorded_waves(const RunStore& store) {
  std::map<int, int> ends;
  for (const auto& line : store.lines(kFile)) {
    const auto wave = line.find("wave");
    if (wave != line.end()) ends[wave->at(0).get<int>()] = wave->at(1).get<int>();
  }
  std::vector<Wave> waves;
  for (const auto& [first, end] : ends) waves.push_back({first, end});
  return waves;
}

ChainTokens recorded_chain_tokens(const RunStore& store) { return tokens_of(store.lines(kFile)); }

void sample_wave(Context& context, const Wave& wave, int total) {
  auto open = open_chains(context, wave);
  if (open.chains.empty()) return;
  auto& ledger = context.store.ledger();
  const StageClock clock(ledger, "sample");
  const int tasks = static_cast<int>(context.tasks.size());
  context.observer.progress(0, Stage::kSample, wave.first * tasks, total * tasks);
  const auto lines = not_recorded(context.store, lines_of(context, wave, open));
  count(ledger, tokens_of(lines), false);
  context.store.add_lines(kFile, lines);
  for (std::size_t i = 0; i < open.chains.size(); ++i) {
    ++ledger.rollouts;
    context.store.add_sampled(Stream::kAdapt, rollout_of(context, open.chains[i], open.keys[i]));
  }
  context.store.save_ledger();
  context.observer.progress(0, Stage::kSample, wave.end * tasks, total * tasks);
}

}  // namespace vegttt::adapt
