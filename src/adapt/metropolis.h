// Samples from p(completion)^alpha, p the model at temperature one (Karan and Du): block by block,
// a Metropolis-Hastings chain whose proposals resample the completion from a random token on, at
// temperature 1 / alpha.
//
// Chains of one call advance together, so that each iteration is one batch. They share the place of
// the cut, drawn from all places up to the end of the present block; a chain that has ended before
// it keeps what it has. A place is then as likely to be drawn before as after a move, and the
// acceptance needs no term for it.
#pragma once

#include <functional>

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

struct Chain {
  const TaskPrompt* task = nullptr;
  core::CounterRng stream{0};  // this chain's own numbers
  std::vector<int> tokens;
  std::vector<float> proposal_logprobs;  // at temperature 1 / alpha
  std::vector<float> model_logprobs;     // at temperature one
  bool ended = false;                    // by the model
};

// One request of a chain: what it cost, and whether the chain took it.
struct Proposal {
  std::size_t chain = 0;
  int block = 0, iteration = 0;  // iteration -1: the block's first draft, always taken
  int cut = 0;
  std::int64_t prompt_tokens = 0, completion_tokens = 0, scored_tokens = 0;
  bool accepted = false;
};

// log of the acceptance ratio of replacing `old` from `cut` on by `proposed`.
double log_acceptance(const Chain& old, const Chain& proposed, std::size_t cut, double alpha);

// Advances all chains to their ends. `shared` are the random numbers of the cuts; `made` is told of
// every request once it is sampled, scored and decided.
void run_chains(policy::Sampler& sampler,
                learn::Learner& scorer,
                const config::SamplingOptions& sampling,
                const config::PowerOptions& power,
                const core::CounterRng& shared,
                std::vector<Chain>& chains,
                const std::function<void(const Proposal&)>& made);

}  // namespace vegttt::adapt
