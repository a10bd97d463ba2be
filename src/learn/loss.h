// Policy-gradient losses per token (facts: algorithms 1.2) and their reduction.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "vegttt/learn/update.h"

namespace vegttt::learn {

// All [n] float32. With r = e^(logprobs - sampler_logprobs) and A the advantages:
//   importance_sampling  -r A
//   ppo                  -min(r A, clip(r) A)
//   dual_clip            ppo, for A < 0 at most -dual_clip A
//   cispo                -sg(clip(r)) logprobs A
//   dro                  -(logprobs A - dro_beta / 2 (log r)^2)
//   dppo                 -keep r A + dppo_tau (log r)^2; a token is not kept when its probability
//                        has already moved by clip_high (A > 0) or clip_low (A < 0)
//   gspo                 ppo with the geometric mean of r over the token's sequence
//   reinforce            -logprobs A
// then learn.ratio_cap, learn.sequence_mask and learn.token_veto. Gradients flow through `logprobs`
// alone. `sequences` [n] numbers each token's sequence; undefined: every token is one.
at::Tensor policy_loss(const at::Tensor& logprobs,
                       const at::Tensor& sampler_logprobs,
                       const at::Tensor& advantages,
                       const config::LearnOptions& options,
                       const at::Tensor& sequences = {});

// Where clipping changes the gradient (ppo and its kin), as bool [n].
at::Tensor clipped(const at::Tensor& logprobs,
                   const at::Tensor& sampler_logprobs,
                   const at::Tensor& advantages,
                   const config::LearnOptions& options,
                   const at::Tensor& sequences = {});

// k3 = e^(ref - lp) - (ref - lp) - 1 >= 0.
at::Tensor k3(const at::Tensor& logprobs, const at::Tensor& reference_logprobs);
// k1 = lp - ref, k2 = (lp - ref)^2 / 2, or k3.
at::Tensor kl_estimate(const at::Tensor& logprobs,
                       const at::Tensor& reference_logprobs,
                       const std::string& estimator);

// What one token of rollout i counts in the loss, for all `chosen` rollouts together, so that
// micro-batches add up to the same loss however they are cut. sum: 1. tokens: 1 / all tokens.
// sequences: 1 / (sequences * its length). sequence_sums: 1 / sequences. constant: 1 / (sequences *
// max_new_tokens).
std::vector<double> token_weights(const std::vector<records::Rollout>& rollouts,
                                  const std::vector<std::size_t>& usable,
                                  const std::string& reduction,
                                  int max_new_tokens);

}  // namespace vegttt::learn
