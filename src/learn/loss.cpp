#include "loss.h"

#include "vegttt/core/error.h"

namespace vegttt::learn {

at::Tensor policy_loss(const at::Tensor& logprobs,
                       const at::Tensor& sampler_logprobs,
                       const at::Tensor& advantages,
                       const config::LearnOptions& options) {
  if (options.loss == "reinforce") return -logprobs * advantages;
  const at::Tensor ratio = (logprobs - sampler_logprobs).exp();
  if (options.loss == "importance_sampling") return -ratio * advantages;
  const at::Tensor limited = ratio.clamp(1 - options.clip_low, 1 + options.clip_high);
  if (options.loss == "ppo") return -at::minimum(ratio * advantages, limited * advantages);
  if (options.loss == "cispo") return -limited.detach() * logprobs * advantages;
  throw core::UserError(
      "'" + options.loss + "' is not a loss (importance_sampling, ppo, cispo, reinforce)",
      "learn.loss");
}

at::Tensor clipped(const at::Tensor& logprobs,
                   const at::Tensor& sampler_logprobs,
                   const at::Tensor& advantages,
                   const config::LearnOptions& options) {
  const at::Tensor ratio = (logprobs - sampler_logprobs).detach().exp();
  const at::Tensor low = ratio<1 - options.clip_low, high = ratio> 1 + options.clip_high;
  if (options.loss == "ppo") return (low & (advantages < 0)) | (high & (advantages > 0));
  if (options.loss == "cispo") return low | high;
  return at::zeros_like(low);
}

at::Tensor k3(const at::Tensor& logprobs, const at::Tensor& reference_logprobs) {
  const at::Tensor difference = reference_logprobs - logprobs;
  return difference.exp() - difference - 1;
}

std::vector<double> token_weights(const std::vector<records::Rollout>& rollouts,
                                  const std::vector<std::size_t>& usable,
                                  const std::string& reduction,
                                  int max_new_tokens) {
  std::size_t tokens = 0;
  for (const std::size_t i : usable) tokens += rollouts[i].completion_tokens.size();
  const double sequences = static_cast<double>(usable.size());
  std::vector<double> weights(rollouts.size(), 0);
  for (const std::size_t i : usable) {
    const double length = static_cast<double>(rollouts[i].completion_tokens.size());
    if (reduction == "sum")
      weights[i] = 1;
    else if (reduction == "tokens")
      weights[i] = 1 / static_cast<double>(tokens);
    else if (reduction == "sequences")
      weights[i] = 1 / (sequences * length);
    else if (reduction == "constant")
      weights[i] = 1 / (sequences * max_new_tokens);
    else
      throw core::UserError(
          "'" + reduction + "' is not a reduction (sum, tokens, sequences, constant)",
          "learn.reduction");
  }
  return weights;
}

}  // namespace vegttt::learn
