// How much the number of rows that decode together changes what is sampled.
#pragma once

#include "vegttt/core/json.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::cli {

struct DivergenceOptions {
  int rows = 160, prompts = 160, prompt_tokens = 512, new_tokens = 256;
};

// The same rollouts (equal prompts and random numbers) 1, 32 and `rows` at a time, first as usual,
// then batch-invariant. Against those of `rows` at a time: how many have other tokens, and by how
// much log-probabilities differ before the first other token. With the seconds that each took.
core::Json measure_divergence(policy::LocalPolicy& policy, const DivergenceOptions& options);

void print_divergence(const core::Json& result);

}  // namespace vegttt::cli
