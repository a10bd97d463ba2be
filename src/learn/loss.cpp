#include "loss.h"

#include "sequence_ratio.h"
#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

struct Terms {
  at::Tensor logprobs, log_ratio, ratio, advantages;
};

at::Tensor limit(const at::Tensor& ratio, const config::LearnOptions& options) {
  return ratio.clamp(1 - options.clip_low, 1 + options.clip_high);
}

at::Tensor ppo(const at::Tensor& ratio,
               const at::Tensor& advantages,
               const config::LearnOptions& options) {
  return -at::minimum(ratio * advantages, limit(ratio, options) * advantages);
}

at::Tensor dual_clip(const Terms& t, const config::LearnOptions& options) {
  const at::Tensor loss = ppo(t.ratio, t.advantages, options);
  return at::where(t.advantages < 0, at::minimum(loss, -options.dual_clip * t.advantages), loss);
}

at::Tensor dppo(const Terms& t, const config::LearnOptions& options) {
  const at::Tensor now = t.logprobs.detach().exp();
  const at::Tensor moved = now - (t.logprobs - t.log_ratio).detach().exp();
  const at::Tensor dropped = ((t.advantages > 0) & (moved > options.clip_high)) |
                             ((t.advantages < 0) & (-moved > options.clip_low));
  return -t.ratio * t.advantages * dropped.logical_not() +
         options.dppo_tau * t.log_ratio * t.log_ratio;
}

// The sequence's ratio with the token's own gradient.
at::Tensor sequence_ratio(const Terms& t, const at::Tensor& sequences) {
  return sequence_mean(t.log_ratio.detach(), sequences).exp() *
         (t.logprobs - t.logprobs.detach()).exp();
}

at::Tensor per_token(const Terms& t,
                     const config::LearnOptions& options,
                     const at::Tensor& sequences) {
  if (options.loss == "reinforce") return -t.logprobs * t.advantages;
  if (options.loss == "importance_sampling") return -t.ratio * t.advantages;
  if (options.loss == "ppo") return ppo(t.ratio, t.advantages, options);
  if (options.loss == "dual_clip") return dual_clip(t, options);
  if (options.loss == "cispo") return -limit(t.ratio, options).detach() * t.logprobs * t.advantages;
  if (options.loss == "dro")
    return -(t.logprobs * t.advantages - options.dro_beta / 2 * t.log_ratio * t.log_ratio);
  if (options.loss == "dppo") return dppo(t, options);
  if (options.loss == "gspo") return ppo(sequence_ratio(t, sequences), t.advantages, options);
  throw core::UserError("'" + options.loss +
                            "' is not a loss (importance_sampling, ppo, dual_clip, cispo, dro, "
                            "dppo, gspo, reinforce)",
                        "learn.loss");
}

at::Tensor or_each(const at::Tensor& sequences, const at::Tensor& like) {
  return sequences.defined() ? sequences
                             : at::arange(like.size(0), like.options().dtype(at::kLong));
}

}  // namespace

at::Tensor policy_loss(const at::Tensor& logprobs,
                       const at::Tensor& sampler_logprobs,
                       const at::Tensor& advantages,
                       const config::LearnOptions& options,
                       const at::Tensor& sequences) {
  const at::Tensor log_ratio = logprobs - sampler_logprobs, ids = or_each(sequences, logprobs);
  const Terms terms{logprobs, log_ratio, log_ratio.exp(), advantages};
  at::Tensor loss = per_token(terms, options, ids);
  const at::Tensor ratio = terms.ratio.detach();
  if (options.ratio_cap > 0) loss = loss * (options.ratio_cap / ratio).clamp_max(1);
  if (options.sequence_mask > 0 || options.token_veto > 0)
    loss = loss * kept_sequences(log_ratio, ids, options);
  return loss;
}

at::Tensor clipped(const at::Tensor& logprobs,
                   const at::Tensor& sampler_logprobs,
                   const at::Tensor& advantages,
                   const config::LearnOptions& options,
                   const at::Tensor& sequences) {
  at::Tensor log_ratio = (logprobs - sampler_logprobs).detach();
  if (options.loss == "gspo") log_ratio = sequence_mean(log_ratio, or_each(sequences, logprobs));
  const at::Tensor ratio = log_ratio.exp();
  const at::Tensor low = ratio<1 - options.clip_low, high = ratio> 1 + options.clip_high;
  if (options.loss == "ppo" || options.loss == "gspo")
    return (low & (advantages < 0)) | (high & (advantages > 0));
  if (options.loss == "dual_clip")
    return ((low | (ratio > options.dual_clip)) & (advantages < 0)) | (high & (advantages > 0));
  if (options.loss == "cispo") return low | high;
  return at::zeros_like(low);
}

at::Tensor k3(const at::Tensor& logprobs, const at::Tensor& reference_logprobs) {
  const at::Tensor difference = reference_logprobs - logprobs;
  return difference.exp() - difference - 1;
}

at::Tensor kl_estimate(const at::Tensor& logprobs,
                       const at::Tensor& reference_logprobs,
                       const std::string& estimator) {
  const at::Tensor difference = logprobs - reference_logprobs;
  if (estimator == "k1") return difference;
  if (estimator == "k2") return difference * difference / 2;
  if (estimator == "k3") return k3(logprobs, reference_logprobs);
  throw core::UserError("'" + estimator + "' is not an estimator of KL (k1, k2, k3)",
                        "learn.kl_estimator");
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
    else if (reduction == "sequence_sums")
      weights[i] = 1 / sequences;
    else if (reduction == "constant")
      weights[i] = 1 / (sequences * max_new_tokens);
    else
      throw core::UserError("'" + reduction +
                                "' is not a reduction (sum, tokens, sequences, sequence_sums, "
                                "constant)",
                            "learn.reduction");
  }
  return weights;
}

}  // namespace vegttt::learn
