#include "sampling/engine.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <map>

#include "vegttt/core/stop.h"
#include "vegttt/policy/distribution.h"

namespace vegttt::policy {
namespace {

std::unique_ptr<KvCache> cache_for(const Transformer& model, const config::SamplingOptions& options) {
  if (model.device().is_cpu() && model.compute == at::kFloat) {
    return make_invariant_cache(model.config, options.slots, options.max_new_tokens);
  }
  return make_dense_cache(model.config, options.slots, options.max_new_tokens,
                          at::TensorOptions().device(model.device()).dtype(model.compute));
}

// Requests of one prompt after one another, otherwise in the order given.
std::vector<std::size_t> by_prompt(const std::vector<SampleRequest>& requests) {
  std::map<std::vector<int>, std::size_t> first;
  std::vector<std::size_t> order(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    order[i] = i;
    first.emplace(requests[i].prompt, i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return first[requests[a].prompt] < first[requests[b].prompt]; });
  return order;
}

at::Tensor as_tensor(const std::vector<int>& tokens, at::Device device) {
  return at::tensor(tokens, at::kInt).to(device, at::kLong);
}

at::Tensor on_cpu(const at::Tensor& logits) { return logits.to(at::kCPU, at::kFloat).contiguous(); }

}  // namespace

Engine::Engine(const Transformer& model, const config::SamplingOptions& options, std::vector<int> end_tokens)
    : model_(model), options_(options), end_tokens_(std::move(end_tokens)), cache_(cache_for(model, options)) {}

void Engine::run(const std::vector<SampleRequest>& requests, const std::function<void(std::size_t, Completion)>& done) {
  std::vector<int> free;
  for (int slot = options_.slots - 1; slot >= 0; --slot) free.push_back(slot);
  const auto order = by_prompt(requests);
  std::size_t next = 0;
  while (next < order.size() || !active_.empty()) {
    core::throw_if_stopped();
    if (!active_.empty()) step(requests);
    for (; next < order.size() && !free.empty(); ++next, free.pop_back()) start(requests[order[next]], order[next], free.back());
    const auto ended = std::stable_partition(active_.begin(), active_.end(), [&](const Sequence& s) { return !finished(s); });
    for (auto sequence = ended; sequence != active_.end(); ++sequence) {
      free.push_back(sequence->slot);
      done(sequence->request, std::move(sequence->completion));
    }
    active_.erase(ended, active_.end());
  }
}

void Engine::read_prompt(const std::vector<int>& tokens) {
  if (prompt_.keys && prompt_.tokens == tokens) return;
  auto keys = std::make_shared<PromptKeys>();
  const at::Tensor input = as_tensor(tokens, model_.device());
  const at::Tensor hidden = forward(model_, input, at::arange(input.size(0), input.options()),
                                    [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                                      return cache_->attend_prompt(*keys, layer, q, k, v);
                                    });
  prompt_ = {tokens, keys, on_cpu(logits(model_, hidden.slice(0, -1)))};
}

void Engine::start(const SampleRequest& request, std::size_t index, int slot) {
  read_prompt(request.prompt);
  cache_->assign(slot, prompt_.keys);
  active_.push_back({index, slot, {}});
  append(active_.back(), request, prompt_.logits.const_data_ptr<float>());
}

void Engine::step(const std::vector<SampleRequest>& requests) {
  std::vector<int> tokens, slots;
  std::vector<std::int64_t> places, positions;
  for (const Sequence& sequence : active_) {
    tokens.push_back(sequence.completion.tokens.back());
    slots.push_back(sequence.slot);
    places.push_back(static_cast<std::int64_t>(sequence.completion.tokens.size()) - 1);
    positions.push_back(static_cast<std::int64_t>(requests[sequence.request].prompt.size()) + places.back());
  }
  const at::Tensor hidden = forward(model_, as_tensor(tokens, model_.device()), at::tensor(positions, at::kLong).to(model_.device()),
                                    [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                                      return cache_->attend_next(layer, slots, places, q, k, v);
                                    });
  const at::Tensor scores = on_cpu(logits(model_, hidden));
  const float* row = scores.const_data_ptr<float>();
  at::parallel_for(0, static_cast<std::int64_t>(active_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Sequence& sequence = active_[static_cast<std::size_t>(i)];
      append(sequence, requests[sequence.request], row + i * scores.size(1));
    }
  });
}

void Engine::append(Sequence& sequence, const SampleRequest& request, const float* logits) const {
  Completion& completion = sequence.completion;
  const std::span<const float> row(logits, static_cast<std::size_t>(model_.config.vocab));
  const Choice choice = choose(row, options_, request.stream.uniform(completion.tokens.size()));
  completion.tokens.push_back(choice.token);
  completion.logprobs.push_back(choice.logprob);
  const bool ended = std::find(end_tokens_.begin(), end_tokens_.end(), choice.token) != end_tokens_.end();
  completion.truncated = !ended && completion.tokens.size() >= static_cast<std::size_t>(options_.max_new_tokens);
}

bool Engine::finished(const Sequence& sequence) const {
  return sequence.completion.truncated ||
         std::find(end_tokens_.begin(), end_tokens_.end(), sequence.completion.tokens.back()) != end_tokens_.end();
}

}  // namespace vegttt::policy
