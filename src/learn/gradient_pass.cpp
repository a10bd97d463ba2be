#include "gradient_pass.h"

#include <torch/csrc/autograd/autograd.h>

#include "distillation_loss.h"
#include "loss.h"
#include "scoring.h"
#include "token_logprobs.h"
#include "vegttt/core/error.h"
#include "vegttt/core/stop.h"

namespace vegttt::learn {
namespace {

double total(const at::Tensor& x) { return x.detach().to(at::kDouble).sum().item<double>(); }

}  // namespace

PassSums GradientPass::run(const std::vector<MicroBatch>& batches,
                           const TokenSignal& signal,
                           const UpdateOptions& options) const {
  if (options.as_sampled() && options.sampling.temperature <= 0)
    throw core::UserError("greedy samples have no log-probabilities to learn from",
                          "sampling.temperature");
  PassSums sums;
  for (const MicroBatch& batch : batches) {
    core::throw_if_stopped();
    run(batch, signal, options, sums);
  }
  return sums;
}

void GradientPass::run(const MicroBatch& batch,
                       const TokenSignal& signal,
                       const UpdateOptions& options,
                       PassSums& sums) const {
  const auto& learn = options.learn;
  const at::Tensor reference = start_ != nullptr ? logprobs_of_start(batch, options) : at::Tensor();
  const at::Tensor hidden = hidden_rows(batch);
  const auto now = token_logprobs(
      hidden, model_.weights.head, batch.targets, options.sampling, options.as_sampled());
  const at::Tensor& stored = batch.sampler_logprobs;
  const at::Tensor start = reference.defined() ? reference : now.logprobs.detach();
  at::Tensor per_token = signal_loss(batch, signal, options, hidden, now.logprobs, sums);
  if (options.kl_in_loss())
    per_token =
        per_token + learn.kl_coefficient * kl_estimate(now.logprobs, start, learn.kl_estimator);
  const at::Tensor loss = (per_token * batch.weights).sum();
  torch::autograd::backward({loss}, {});

  const at::Tensor logprobs = now.logprobs.detach(), drift = stored - logprobs;
  sums.loss += total(loss);
  sums.v1 += total(drift);
  sums.v2 += total(drift * drift) / 2;
  sums.theta0 += total(k3(logprobs, start));
  sums.entropy += total(now.entropy);
  sums.clipped +=
      total(clipped(logprobs, stored, batch.advantages, learn, sequences_of(signal, batch)));
  sums.tokens += batch.targets.size(0);
  sums.gap.add(stored, now.sampled_logprobs);
}

// Policy gradient, or the distance to the teacher's whole distribution.
at::Tensor GradientPass::signal_loss(const MicroBatch& batch,
                                     const TokenSignal& signal,
                                     const UpdateOptions& options,
                                     const at::Tensor& hidden,
                                     const at::Tensor& logprobs,
                                     PassSums& sums) const {
  const at::Tensor& stored = batch.sampler_logprobs;
  if (!signal.whole_distribution())
    return policy_loss(
        logprobs, stored, batch.advantages, options.learn, sequences_of(signal, batch));
  const at::Tensor distance =
      token_divergence(hidden,
                       teacher_hidden_of(signal, batch),
                       model_.weights.head,
                       options.as_sampled() ? options.sampling.temperature : 1,
                       options.teacher.divergence);
  sums.divergence += total(distance);
  if (options.learn.ratio_cap <= 0) return distance;
  return distance * (logprobs.detach() - stored).exp().clamp_max(options.learn.ratio_cap);
}

at::Tensor GradientPass::hidden_rows(const MicroBatch& batch) const {
  return policy::forward_learning(model_, batch.tokens, batch.packing, batch.rows, checkpointing_);
}

at::Tensor GradientPass::logprobs_of_start(const MicroBatch& batch,
                                           const UpdateOptions& options) const {
  const WithAdapter as_start(model_, *start_, own_);
  return token_logprobs(hidden_rows(batch),
                        model_.weights.head,
                        batch.targets,
                        options.sampling,
                        options.as_sampled())
      .logprobs;
}

}  // namespace vegttt::learn
