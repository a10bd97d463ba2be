// From hidden states to log-probabilities of given tokens, with the gradient that goes back.
#pragma once

#include <ATen/ATen.h>

namespace vegttt::policy {

struct LogitRows {
  at::Tensor logprobs;   // float32 [n], of softmax(logits / temperature)
  at::Tensor entropy;    // float32 [n], of that
  at::Tensor sampled;    // float32 [n], log-probabilities at the other temperature
  at::Tensor of_hidden;  // [n, H]: the gradient of `logprobs`, each row for itself; if asked for
};

// hidden [n, H], head [V, H], targets [n] int64. Holds all n rows of logits at once: in float32, as
// the sampler does, whatever the type of `hidden`.
LogitRows logit_rows(const at::Tensor& hidden,
                     const at::Tensor& head,
                     const at::Tensor& targets,
                     double temperature,
                     double other_temperature,
                     bool gradient);

// Rows that keep a device busy and take little of its memory.
std::int64_t logit_chunk(at::Device device);

}  // namespace vegttt::policy
