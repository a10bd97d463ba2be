// From one row of logits to a token: temperature, then top-k, top-p, min-p, then the inverse of the
// distribution function in the order of token ids. Deterministic; no state.
#pragma once

#include <span>
#include <vector>

#include "vegttt/config/experiment.h"

namespace vegttt::policy {

struct Choice {
  int token = 0;
  float logprob = 0;  // of the distribution sampled from; 0 at temperature 0
};

// True when some tokens may be dropped before sampling.
bool has_filter(const config::SamplingOptions& options);

// Sets to 0 the weights of dropped tokens. `weights` are e^((logit - largest) / temperature); ties
// go to lower ids.
void apply_filters(std::span<float> weights, const config::SamplingOptions& options);

// `uniform` in [0, 1). Throws MachineError when a logit is not a number.
Choice choose(std::span<const float> logits,
              const config::SamplingOptions& options,
              double uniform);

// Throws UserError naming the key of a value out of range.
void check_sampling(const config::SamplingOptions& options);

}  // namespace vegttt::policy
