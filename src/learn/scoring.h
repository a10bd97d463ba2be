// Passes without gradients that only ask how likely completions are.
#pragma once

#include <functional>

#include "micro_batch.h"
#include "vegttt/learn/update.h"
#include "vegttt/policy/lora.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::learn {

// The model with another adapter for as long as this lives.
class WithAdapter {
 public:
  WithAdapter(policy::Transformer& model, const policy::Adapter& other, const policy::Adapter& own);
  ~WithAdapter();
  WithAdapter(const WithAdapter&) = delete;
  WithAdapter& operator=(const WithAdapter&) = delete;

 private:
  policy::Transformer& model_;
  const policy::Adapter& own_;
};

// What a pass computed of one rollout's completion, on the model's device.
struct ScoredTokens {
  at::Tensor logprobs;  // [T] float32
  at::Tensor entropy;   // [T] float32
  at::Tensor hidden;    // [T, H], behind the final norm
};

// Calls `done(i, tokens)` for each of `chosen`, in order. `as_sampled` as in token_logprobs.h; at
// most `limit` packed tokens a pass. Rollouts need no log-probs of their own.
void score_tokens(const policy::Transformer& model,
                  const std::vector<records::Rollout>& rollouts,
                  const std::vector<std::size_t>& chosen,
                  const config::SamplingOptions& sampling,
                  bool as_sampled,
                  std::int64_t limit,
                  const std::function<void(std::size_t, const ScoredTokens&)>& done);

// The same as plain numbers, for all of them.
std::vector<Score> scores_of(const policy::Transformer& model,
                             const std::vector<records::Rollout>& rollouts,
                             const config::SamplingOptions& sampling,
                             bool as_sampled,
                             std::int64_t limit);

}  // namespace vegttt::learn
