// Policy-gradient losses per token (facts: algorithms 1.2) and their reduction.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "vegttt/learn/update.h"

namespace vegttt::learn {

// All [n] float32. -ratio * A, clipped or not; gradients flow through `logprobs` alone.
at::Tensor policy_loss(const at::Tensor& logprobs,
                       const at::Tensor& sampler_logprobs,
                       const at::Tensor& advantages,
                       const config::LearnOptions& options);

// Where clipping changes the gradient (ppo, cispo), as bool [n].
at::Tensor clipped(const at::Tensor& logprobs,
                   const at::Tensor& sampler_logprobs,
                   const at::Tensor& advantages,
                   const config::LearnOptions& options);

// k3 = e^(ref - lp) - (ref - lp) - 1 >= 0.
at::Tensor k3(const at::Tensor& logprobs, const at::Tensor& reference_logprobs);

// What one token of rollout i counts in the loss, for all `chosen` rollouts together, so that
// micro-batches add up to the same loss however they are cut. sum: 1. tokens: 1 / all tokens.
// sequences: 1 / (sequences * its length). constant: 1 / (sequences * max_new_tokens).
std::vector<double> token_weights(const std::vector<records::Rollout>& rollouts,
                                  const std::vector<std::size_t>& usable,
                                  const std::string& reduction,
                                  int max_new_tokens);

}  // namespace vegttt::learn
