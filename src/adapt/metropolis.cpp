#include "metropolis.h"

#include <algorithm>
#include <cmath>

namespace vegttt::adapt {
namespace {

config::SamplingOptions proposals_of(const config::SamplingOptions& sampling,
                                     double alpha,
                                     int tokens) {
  config::SamplingOptions options = sampling;
  options.temperature = 1 / alpha;
  options.top_p = 1;
  options.top_k = 0;
  options.min_p = 0;
  options.max_new_tokens = tokens;
  return options;
}

config::SamplingOptions model_itself(const config::SamplingOptions& sampling) {
  return proposals_of(sampling, 1, sampling.max_new_tokens);
}

double sum_from(const std::vector<float>& values, std::size_t first) {
  double sum = 0;
  for (std::size_t i = first; i < values.size(); ++i) sum += values[i];
  return sum;
}

std::int64_t size_of(const std::vector<int>& tokens) {
  return static_cast<std::int64_t>(tokens.size());
}

// The chains' parts before `cut`, continued by the sampler up to `limit` tokens and scored.
class Drafts {
 public:
  Drafts(policy::Sampler& sampler,
         learn::Learner& scorer,
         const config::SamplingOptions& sampling,
         const config::PowerOptions& power)
      : sampler_(sampler), scorer_(scorer), sampling_(sampling), power_(power) {}

  std::vector<Chain> draw(const std::vector<Chain>& chains,
                          const std::vector<std::size_t>& which,
                          int cut,
                          int limit,
                          std::uint64_t number) {
    std::vector<Chain> drafts;
    std::vector<policy::SampleRequest> requests;
    for (const std::size_t i : which) {
      Chain draft = chains[i];
      draft.tokens.resize(static_cast<std::size_t>(cut));
      draft.proposal_logprobs.resize(static_cast<std::size_t>(cut));
      auto prompt = draft.task->tokens;
      prompt.insert(prompt.end(), draft.tokens.begin(), draft.tokens.end());
      requests.push_back(
          {std::move(prompt),
           core::CounterRng::of(
               {"power draft", std::to_string(draft.stream.key()), std::to_string(number)})});
      drafts.push_back(std::move(draft));
    }
    sampler_.sample(requests,
                    proposals_of(sampling_, power_.alpha, limit - cut),
                    [&](std::size_t i, policy::Completion completion) {
                      auto& draft = drafts[i];
                      draft.ended = !completion.truncated;
                      draft.tokens.insert(
                          draft.tokens.end(), completion.tokens.begin(), completion.tokens.end());
                      draft.proposal_logprobs.insert(draft.proposal_logprobs.end(),
                                                     completion.logprobs.begin(),
                                                     completion.logprobs.end());
                    });
    score(drafts);
    return drafts;
  }

 private:
  void score(std::vector<Chain>& drafts) {
    std::vector<records::Rollout> rollouts;
    for (const auto& draft : drafts) {
      records::Rollout rollout;
      rollout.prompt_tokens = draft.task->tokens;
      rollout.completion_tokens = draft.tokens;
      rollouts.push_back(std::move(rollout));
    }
    const auto scores = scorer_.score(rollouts, model_itself(sampling_), learn::Weights::kNow);
    for (std::size_t i = 0; i < drafts.size(); ++i) drafts[i].model_logprobs = scores[i].logprobs;
  }

  policy::Sampler& sampler_;
  learn::Learner& scorer_;
  const config::SamplingOptions& sampling_;
  const config::PowerOptions& power_;
};

Proposal proposal_of(const Chain& draft, std::size_t chain, int block, int iteration, int cut) {
  return {chain,
          block,
          iteration,
          cut,
          size_of(draft.task->tokens) + cut,
          size_of(draft.tokens) - cut,
          size_of(draft.task->tokens) + size_of(draft.tokens),
          false};
}

// The chains of one call on their way.
class Walk {
 public:
  Walk(policy::Sampler& sampler,
       learn::Learner& scorer,
       const config::SamplingOptions& sampling,
       const config::PowerOptions& power,
       std::vector<Chain>& chains,
       const std::function<void(const Proposal&)>& made)
      : drafts_(sampler, scorer, sampling, power),
        alpha_(power.alpha),
        chains_(chains),
        made_(made) {}

  // Goes on behind `from` where the model has not ended, to at most `limit` tokens.
  void extend(int block, int from, int limit) {
    const auto open = chosen([](const Chain& chain) { return !chain.ended; });
    if (open.empty()) return;
    auto first = drafts_.draw(chains_, open, from, limit, number_++);
    for (std::size_t n = 0; n < open.size(); ++n) {
      auto proposal = proposal_of(first[n], open[n], block, -1, from);
      proposal.accepted = true;
      made_(proposal);
      chains_[open[n]] = std::move(first[n]);
    }
  }

  // One step of Metropolis-Hastings of all chains that reach beyond the cut.
  void iterate(int block, int iteration, int limit, const core::CounterRng& cuts) {
    const std::uint64_t number = number_++;
    const int cut = static_cast<int>(cuts.below(number, limit));
    const auto which =
        chosen([&](const Chain& chain) { return cut < static_cast<int>(chain.tokens.size()); });
    if (which.empty()) return;
    auto proposed = drafts_.draw(chains_, which, cut, limit, number);
    for (std::size_t n = 0; n < which.size(); ++n) {
      Chain& chain = chains_[which[n]];
      auto proposal = proposal_of(proposed[n], which[n], block, iteration, cut);
      proposal.accepted = accepts(chain, proposed[n], cut, number);
      made_(proposal);
      if (proposal.accepted) chain = std::move(proposed[n]);
    }
  }

 private:
  template <class Wanted>
  std::vector<std::size_t> chosen(const Wanted& wanted) const {
    std::vector<std::size_t> which;
    for (std::size_t i = 0; i < chains_.size(); ++i) {
      if (wanted(chains_[i])) which.push_back(i);
    }
    return which;
  }

  bool accepts(const Chain& chain, const Chain& proposed, int cut, std::uint64_t number) const {
    const double log_ratio = log_acceptance(chain, proposed, static_cast<std::size_t>(cut), alpha_);
    const double uniform =
        core::CounterRng::of({"power accept", std::to_string(chain.stream.key())}).uniform(number);
    return std::log(std::max(uniform, 1e-300)) < log_ratio;
  }

  Drafts drafts_;
  double alpha_;
  std::vector<Chain>& chains_;
  const std::function<void(const Proposal&)>& made_;
  std::uint64_t number_ = 0;  // of the draft, the same for all chains
};

// Where a block ends, counted in tokens from the completion's first.
int end_of(int block, int blocks, int tokens) {
  return static_cast<int>((static_cast<std::int64_t>(tokens) * (block + 1) + blocks - 1) / blocks);
}

}  // namespace

double log_acceptance(const Chain& old, const Chain& proposed, std::size_t cut, double alpha) {
  return alpha * (sum_from(proposed.model_logprobs, cut) - sum_from(old.model_logprobs, cut)) +
         sum_from(old.proposal_logprobs, cut) - sum_from(proposed.proposal_logprobs, cut);
}

void run_chains(policy::Sampler& sampler,
                learn::Learner& scorer,
                const config::SamplingOptions& sampling,
                const config::PowerOptions& power,
                const core::CounterRng& shared,
                std::vector<Chain>& chains,
                const std::function<void(const Proposal&)>& made) {
  Walk walk(sampler, scorer, sampling, power, chains, made);
  int behind = 0;  // where the block before this one ended
  for (int block = 0; block < power.blocks; ++block) {
    const int limit = end_of(block, power.blocks, sampling.max_new_tokens);
    if (limit == behind) continue;  // more blocks than tokens
    walk.extend(block, behind, limit);
    for (int iteration = 0; iteration < power.iterations; ++iteration)
      walk.iterate(block, iteration, limit, shared);
    behind = limit;
  }
}

}  // namespace vegttt::adapt
