// Log-probabilities of given tokens without ever holding the logits of a whole sequence: rows go
// through the head in chunks, and of each only what the way back needs is kept.
#pragma once

#include <ATen/ATen.h>

#include "vegttt/config/experiment.h"

namespace vegttt::learn {

struct TokenLogprobs {
  at::Tensor logprobs;  // [n] float32, differentiable in hidden and head
  at::Tensor entropy;   // [n] float32, of the distribution, not differentiable
  at::Tensor
      sampled_logprobs;  // [n] float32 of the distribution as it was sampled, not differentiable
};

// hidden [n, H], head [V, H], targets [n] int64. `logprobs` are those at temperature one, without
// filters when `as_sampled` is false, else those of the sampling distribution (temperature, and
// only over the tokens that its filters keep). `chunk`: rows at once; 0 leaves it to the device.
TokenLogprobs token_logprobs(const at::Tensor& hidden,
                             const at::Tensor& head,
                             const at::Tensor& targets,
                             const config::SamplingOptions& sampling,
                             bool as_sampled,
                             std::int64_t chunk = 0);

}  // namespace vegttt::learn
