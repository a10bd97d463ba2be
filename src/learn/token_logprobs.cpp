#include "token_logprobs.h"

#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <span>

#include "vegttt/policy/distribution.h"
#include "vegttt/policy/logit_rows.h"

namespace vegttt::learn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct Distribution {
  double temperature = 1;
  const config::SamplingOptions* filters = nullptr;  // none: every token may come
};

// The tokens that sampling would drop, by the sampler's own code. The sampled token is never among
// them: a float's width may have put it on the other side of a limit.
at::Tensor dropped(const at::Tensor& scaled,
                   const at::Tensor& targets,
                   const config::SamplingOptions& options) {
  at::Tensor weights = (scaled - std::get<0>(scaled.max(1, true))).exp().to(at::kCPU).contiguous();
  float* row = weights.mutable_data_ptr<float>();
  const auto vocab = static_cast<std::size_t>(weights.size(1));
  for (std::int64_t i = 0; i < weights.size(0); ++i)
    policy::apply_filters(std::span(row + i * weights.size(1), vocab), options);
  return (weights == 0).to(scaled.device()).scatter(1, targets.unsqueeze(1), false);
}

// Logits over the temperature, float32 [rows, V], with dropped tokens at -infinity.
at::Tensor scores_of(const at::Tensor& hidden,
                     const at::Tensor& head,
                     const at::Tensor& targets,
                     const Distribution& d) {
  at::Tensor scores = at::linear(hidden, head.to(hidden.scalar_type())).to(at::kFloat);
  if (d.temperature != 1) scores = scores / d.temperature;
  if (d.filters)
    scores = scores.masked_fill(dropped(scores, targets, *d.filters),
                                -std::numeric_limits<float>::infinity());
  return scores;
}

at::Tensor picked(const at::Tensor& scores, const at::Tensor& targets) {
  return scores.gather(1, targets.unsqueeze(1)).squeeze(1);
}

at::Tensor entropy_of(const at::Tensor& scores, const at::Tensor& total) {
  const at::Tensor logprobs = scores - total.unsqueeze(1);
  return -(logprobs.exp() * logprobs.clamp_min(-1e30)).sum(1);  // 0 * -infinity is 0 here
}

// The gradient of each row's log-probability by its logits.
at::Tensor of_scores(const at::Tensor& scores, const at::Tensor& targets, const Distribution& d) {
  const at::Tensor ones = at::ones({targets.size(0), 1}, scores.options());
  return at::softmax(scores, 1)
      .neg_()
      .scatter_add_(1, targets.unsqueeze(1), ones)
      .div_(d.temperature);
}

Distribution distribution(bool as_sampled, const config::SamplingOptions& sampling) {
  if (!as_sampled) return {};
  return {sampling.temperature, policy::has_filter(sampling) ? &sampling : nullptr};
}

// Rows of a distribution from which filters drop tokens.
policy::LogitRows filtered_rows(const at::Tensor& hidden,
                                const at::Tensor& head,
                                const at::Tensor& targets,
                                const Distribution& d,
                                bool gradient) {
  const at::Tensor scores = scores_of(hidden, head, targets, d), total = at::logsumexp(scores, 1);
  policy::LogitRows rows;
  rows.logprobs = picked(scores, targets) - total;
  rows.entropy = entropy_of(scores, total);
  rows.sampled = rows.logprobs.clone();
  if (gradient)
    rows.of_hidden = at::matmul(of_scores(scores, targets, d).to(hidden.scalar_type()),
                                head.to(hidden.scalar_type()));
  return rows;
}

policy::LogitRows rows_of(const at::Tensor& hidden,
                          const at::Tensor& head,
                          const at::Tensor& targets,
                          const config::SamplingOptions& sampling,
                          bool as_sampled,
                          bool gradient) {
  const bool filters = policy::has_filter(sampling);
  if (as_sampled && filters)
    return filtered_rows(hidden, head, targets, distribution(true, sampling), gradient);
  policy::LogitRows rows = policy::logit_rows(
      hidden, head, targets, as_sampled ? sampling.temperature : 1, sampling.temperature, gradient);
  if (filters) {
    const at::Tensor other = scores_of(hidden, head, targets, distribution(true, sampling));
    rows.sampled = picked(other, targets) - at::logsumexp(other, 1);
  }
  return rows;
}

// Of a frozen head the gradient by a hidden state is made while its logits are there: one row of
// it, to be scaled by what comes back. A head that learns has its logits computed again.
//
// Autograd copies no struct: the pointer is good for as long as one update runs.
struct ChunkedLogprobs : torch::autograd::Function<ChunkedLogprobs> {
  static variable_list forward(AutogradContext* context,
                               const Variable& hidden,
                               const Variable& head,
                               const Variable& targets,
                               std::int64_t sampling_address,
                               bool as_sampled,
                               std::int64_t chunk) {
    const auto& sampling = *reinterpret_cast<const config::SamplingOptions*>(sampling_address);
    const bool unit_gradient = hidden.requires_grad() && !head.requires_grad();
    std::vector<at::Tensor> logprobs, entropies, sampled, of_hidden;
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += chunk) {
      const policy::LogitRows rows = rows_of(hidden.slice(0, begin, begin + chunk),
                                             head,
                                             targets.slice(0, begin, begin + chunk),
                                             sampling,
                                             as_sampled,
                                             unit_gradient);
      logprobs.push_back(rows.logprobs);
      entropies.push_back(rows.entropy);
      sampled.push_back(rows.sampled);
      if (unit_gradient) of_hidden.push_back(rows.of_hidden);
    }
    if (unit_gradient)
      context->save_for_backward({at::cat(of_hidden)});
    else
      context->save_for_backward({hidden, head, targets});
    context->saved_data["sampling"] = sampling_address;
    context->saved_data["as_sampled"] = as_sampled;
    context->saved_data["chunk"] = chunk;
    const at::Tensor entropy = at::cat(entropies), other = at::cat(sampled);
    context->mark_non_differentiable({entropy, other});
    return {at::cat(logprobs), entropy, other};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor none;
    if (saved.size() == 1) {
      const at::Tensor scale = gradients[0].unsqueeze(1);
      return {(saved[0] * scale).to(saved[0].scalar_type()), none, none, none, none, none};
    }
    const auto [of_hidden, of_head] = through_head(context, saved, gradients[0]);
    return {of_hidden, of_head, none, none, none, none};
  }

  static std::pair<at::Tensor, at::Tensor> through_head(AutogradContext* context,
                                                        const variable_list& saved,
                                                        const at::Tensor& gradient) {
    const at::Tensor &hidden = saved[0], &head = saved[1], &targets = saved[2];
    const auto& sampling =
        *reinterpret_cast<const config::SamplingOptions*>(context->saved_data["sampling"].toInt());
    const Distribution d = distribution(context->saved_data["as_sampled"].toBool(), sampling);
    const std::int64_t chunk = context->saved_data["chunk"].toInt();
    const at::Tensor weight = head.to(hidden.scalar_type());
    std::vector<at::Tensor> of_hidden;
    at::Tensor of_head = context->needs_input_grad(1) ? at::zeros_like(head) : at::Tensor();
    for (std::int64_t begin = 0; begin < hidden.size(0); begin += chunk) {
      const at::Tensor h = hidden.slice(0, begin, begin + chunk),
                       t = targets.slice(0, begin, begin + chunk);
      const at::Tensor g = gradient.slice(0, begin, begin + chunk).unsqueeze(1);
      const at::Tensor of =
          of_scores(scores_of(h, head, t, d), t, d).mul_(g).to(hidden.scalar_type());
      of_hidden.push_back(at::matmul(of, weight));
      if (of_head.defined()) of_head += at::matmul(of.t(), h).to(head.scalar_type());
    }
    return {at::cat(of_hidden), of_head};
  }
};

}  // namespace

TokenLogprobs token_logprobs(const at::Tensor& hidden,
                             const at::Tensor& head,
                             const at::Tensor& targets,
                             const config::SamplingOptions& sampling,
                             bool as_sampled,
                             std::int64_t chunk) {
  if (chunk == 0) chunk = policy::logit_chunk(hidden.device());
  const auto out = ChunkedLogprobs::apply(
      hidden, head, targets, reinterpret_cast<std::int64_t>(&sampling), as_sampled, chunk);
  return {out[0], out[1], out[2]};
}

}  // namespace vegttt::learn
