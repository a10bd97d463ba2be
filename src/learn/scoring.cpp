#include "scoring.h"

#include <ATen/core/grad_mode.h>

#include <numeric>

#include "token_logprobs.h"
#include "vegttt/core/stop.h"
#include "vegttt/policy/learning_pass.h"

namespace vegttt::learn {
namespace {

std::vector<float> numbers_of(const at::Tensor& tensor) {
  const at::Tensor on_cpu = tensor.to(at::kCPU, at::kFloat).contiguous();
  const float* first = on_cpu.const_data_ptr<float>();
  return {first, first + on_cpu.numel()};
}

}  // namespace

WithAdapter::WithAdapter(policy::Transformer& model,
                         const policy::Adapter& other,
                         const policy::Adapter& own)
    : model_(model), own_(own) {
  policy::attach(model_.weights, other);
}

WithAdapter::~WithAdapter() { policy::attach(model_.weights, own_); }

void score_tokens(const policy::Transformer& model,
                  const std::vector<records::Rollout>& rollouts,
                  const std::vector<std::size_t>& chosen,
                  const config::SamplingOptions& sampling,
                  bool as_sampled,
                  std::int64_t limit,
                  const std::function<void(std::size_t, const ScoredTokens&)>& done) {
  const at::NoGradGuard no_gradients;
  std::vector<records::Rollout> complete = rollouts;  // packing wants a log-prob per token
  for (auto& rollout : complete) rollout.logprobs.resize(rollout.completion_tokens.size(), 0);
  const std::vector<double> weights(rollouts.size(), 1);
  for (const MicroBatch& packed : pack(complete, chosen, weights, limit)) {
    core::throw_if_stopped();
    const MicroBatch batch = packed.to(model.device());
    // On a CPU by the sampler's own kernels.
    const at::Tensor hidden =
        model.device().is_cpu()
            ? policy::forward_packed(model, batch.tokens, batch.packing).index_select(0, batch.rows)
            : policy::forward_learning(model, batch.tokens, batch.packing, batch.rows);
    const auto now =
        token_logprobs(hidden, model.weights.head, batch.targets, sampling, as_sampled);
    std::int64_t at = 0;
    for (const std::size_t i : batch.rollouts) {
      const auto n = static_cast<std::int64_t>(rollouts[i].completion_tokens.size());
      done(i,
           {now.logprobs.slice(0, at, at + n),
            now.entropy.slice(0, at, at + n),
            hidden.slice(0, at, at + n)});
      at += n;
    }
  }
}

std::vector<Score> scores_of(const policy::Transformer& model,
                             const std::vector<records::Rollout>& rollouts,
                             const config::SamplingOptions& sampling,
                             bool as_sampled,
                             std::int64_t limit) {
  std::vector<std::size_t> all(rollouts.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<Score> scores(rollouts.size());
  score_tokens(model,
               rollouts,
               all,
               sampling,
               as_sampled,
               limit,
               [&](std::size_t i, const ScoredTokens& tokens) {
                 scores[i] = {numbers_of(tokens.logprobs), tokens.entropy.mean().item<double>()};
               });
  return scores;
}

}  // namespace vegttt::learn
