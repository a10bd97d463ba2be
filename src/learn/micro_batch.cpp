#include "micro_batch.h"

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

using records::Rollout;

class Builder {
 public:
  // Packed tokens that this rollout would add.
  std::int64_t cost(const Rollout& rollout) const {
    const auto own = static_cast<std::int64_t>(rollout.completion_tokens.size()) - 1;
    return own +
           (shares_prompt(rollout) ? 0 : static_cast<std::int64_t>(rollout.prompt_tokens.size()));
  }
  std::int64_t size() const { return packing_.tokens; }

  void add(const Rollout& rollout, std::size_t index, double weight) {
    if (!shares_prompt(rollout)) {
      prompt_ = packing_.add(static_cast<std::int64_t>(rollout.prompt_tokens.size()));
      tokens_.insert(tokens_.end(), rollout.prompt_tokens.begin(), rollout.prompt_tokens.end());
      prompt_tokens_ = &rollout.prompt_tokens;
    }
    // The last token is predicted and never read.
    const auto read = static_cast<std::int64_t>(rollout.completion_tokens.size()) - 1;
    std::int64_t row = packing_.segments[prompt_].end - 1;
    for (std::size_t t = 0; t < rollout.completion_tokens.size(); ++t) {
      rows_.push_back(row);
      row = packing_.tokens + static_cast<std::int64_t>(t);
      targets_.push_back(rollout.completion_tokens[t]);
      logprobs_.push_back(rollout.logprobs[t]);
      advantages_.push_back(static_cast<float>(rollout.advantage));
      weights_.push_back(static_cast<float>(weight));
    }
    if (read > 0) packing_.add_continuation(prompt_, read);
    tokens_.insert(
        tokens_.end(), rollout.completion_tokens.begin(), rollout.completion_tokens.end() - 1);
    rollouts_.push_back(index);
  }

  MicroBatch build() const {
    return {at::tensor(tokens_, at::kLong),
            packing_,
            at::tensor(rows_, at::kLong),
            at::tensor(targets_, at::kLong),
            at::tensor(logprobs_),
            at::tensor(advantages_),
            at::tensor(weights_),
            rollouts_};
  }

 private:
  bool shares_prompt(const Rollout& rollout) const {
    return prompt_tokens_ && *prompt_tokens_ == rollout.prompt_tokens;
  }

  std::vector<std::int64_t> tokens_, rows_, targets_;
  std::vector<float> logprobs_, advantages_, weights_;
  std::vector<std::size_t> rollouts_;
  policy::Packing packing_;
  std::size_t prompt_ = 0;
  const std::vector<int>* prompt_tokens_ = nullptr;
};

void check(const Rollout& rollout) {
  const bool whole = !rollout.prompt_tokens.empty() && !rollout.completion_tokens.empty() &&
                     rollout.logprobs.size() == rollout.completion_tokens.size();
  VEGTTT_ASSERT(
      whole,
      "a rollout to learn from has prompt tokens and a log-probability per completion token");
}

}  // namespace

MicroBatch MicroBatch::to(at::Device device) const {
  return {tokens.to(device),
          packing,
          rows.to(device),
          targets.to(device),
          sampler_logprobs.to(device),
          advantages.to(device),
          weights.to(device),
          rollouts};
}

std::vector<MicroBatch> pack(const std::vector<Rollout>& rollouts,
                             const std::vector<std::size_t>& chosen,
                             const std::vector<double>& weights,
                             std::int64_t limit) {
  std::vector<MicroBatch> batches;
  Builder builder;
  for (const std::size_t i : chosen) {
    check(rollouts[i]);
    if (builder.size() > 0 && builder.size() + builder.cost(rollouts[i]) > limit) {
      batches.push_back(builder.build());
      builder = Builder();
    }
    builder.add(rollouts[i], i, weights[i]);
  }
  if (builder.size() > 0) batches.push_back(builder.build());
  return batches;
}

}  // namespace vegttt::learn
