#pragma once

#include "vegttt/config/experiment.h"

namespace vegttt::learn {

// What one update is computed under.
struct UpdateOptions {
  const config::LearnOptions& learn;
  const config::SamplingOptions& sampling;
  const config::TeacherOptions& teacher;

  // Log-probs are those of the distribution that was sampled from, not of the model's own.
  bool as_sampled() const { return learn.logprob_temperature != "one"; }
  bool kl_in_loss() const { return learn.kl_coefficient != 0 && learn.kl_place == "loss"; }
  bool kl_in_advantage() const {
    return learn.kl_coefficient != 0 && learn.kl_place == "advantage";
  }
  // Packed tokens of a pass without gradients.
  std::int64_t scoring_tokens() const {
    return learn.micro_batch_tokens > 0 ? learn.micro_batch_tokens : kScoringTokens;
  }

  static constexpr std::int64_t kScoringTokens = 8192;
};

}  // namespace vegttt::learn
