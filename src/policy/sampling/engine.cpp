#include "sampling/engine.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "vegttt/core/stop.h"
#include "vegttt/policy/distribution.h"

namespace vegttt::policy {
namespace {

std::unique_ptr<KvCache> cache_for(const Transformer& model, int slots, std::int64_t length) {
  std::vector<at::Tensor> sinks;
  for (const Layer& layer : model.weights.layers) {
    if (layer.sinks.defined()) sinks.push_back(layer.sinks);
  }
  if (model.device().is_cpu() && model.compute == at::kFloat)
    return make_invariant_cache(model.config, slots, length, std::move(sinks));
  return make_dense_cache(model.config,
                          slots,
                          length,
                          at::TensorOptions().device(model.device()).dtype(model.compute),
                          std::move(sinks));
}

at::Tensor as_tensor(const std::vector<int>& tokens, at::Device device) {
  return at::tensor(tokens, at::kInt).to(device, at::kLong);
}

at::Tensor on_cpu(const at::Tensor& logits) { return logits.to(at::kCPU, at::kFloat).contiguous(); }

}  // namespace

Engine::Engine(const Transformer& model,
               const std::vector<SampleRequest>& requests,
               const config::SamplingOptions& options,
               const std::vector<int>& end_tokens,
               int slots)
    : model_(model),
      requests_(requests),
      options_(options),
      end_tokens_(end_tokens),
      cache_(cache_for(model, slots, options.max_new_tokens)) {
  for (int slot = slots - 1; slot >= 0; --slot) free_.push_back(slot);
}

void Engine::run(RequestQueue& queue, const Done& done) {
  while (!queue.called_off()) {
    core::throw_if_stopped();
    fill(queue);
    retire(done);  // a first token may be an end
    if (active_.empty()) {
      if (free_.empty()) continue;
      return;
    }
    step();
    retire(done);
  }
}

// Returns with no sequence active only when nothing is left to do.
void Engine::fill(RequestQueue& queue) {
  using Kind = RequestQueue::Work::Kind;
  while (!free_.empty()) {
    const auto work = queue.take(/*patient=*/active_.empty());
    if (work.kind == Kind::kRead)
      queue.publish(work.group, read(*work.tokens));
    else if (work.kind == Kind::kStart)
      start(work.request, *work.prompt);
    else
      return;
  }
}

std::shared_ptr<const Prompt> Engine::read(const std::vector<int>& tokens) {
  auto keys = std::make_shared<PromptKeys>();
  const at::Tensor input = as_tensor(tokens, model_.device());
  const at::Tensor hidden =
      forward(model_,
              input,
              at::arange(input.size(0), input.options()),
              [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                return cache_->attend_prompt(*keys, layer, q, k, v);
              });
  return std::make_shared<Prompt>(Prompt{keys, on_cpu(logits(model_, hidden.slice(0, -1)))});
}

void Engine::start(std::size_t request, const Prompt& prompt) {
  cache_->assign(free_.back(), prompt.keys);
  active_.push_back({request, free_.back(), {}});
  free_.pop_back();
  append(active_.back(), prompt.logits.const_data_ptr<float>());
}

void Engine::step() {
  std::vector<int> tokens, slots;
  std::vector<std::int64_t> places, positions;
  for (const Sequence& sequence : active_) {
    tokens.push_back(sequence.completion.tokens.back());
    slots.push_back(sequence.slot);
    places.push_back(static_cast<std::int64_t>(sequence.completion.tokens.size()) - 1);
    positions.push_back(static_cast<std::int64_t>(requests_[sequence.request].prompt.size()) +
                        places.back());
  }
  const at::Tensor hidden =
      forward(model_,
              as_tensor(tokens, model_.device()),
              at::tensor(positions, at::kLong).to(model_.device()),
              [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
                return cache_->attend_next(layer, slots, places, q, k, v);
              });
  const at::Tensor scores = on_cpu(logits(model_, hidden));
  const float* row = scores.const_data_ptr<float>();
  at::parallel_for(
      0, static_cast<std::int64_t>(active_.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          append(active_[static_cast<std::size_t>(i)], row + i * scores.size(1));
      });
}

void Engine::append(Sequence& sequence, const float* logits) const {
  Completion& completion = sequence.completion;
  const std::span<const float> row(logits, static_cast<std::size_t>(model_.config.vocab));
  const Choice choice =
      choose(row, options_, requests_[sequence.request].stream.uniform(completion.tokens.size()));
  completion.tokens.push_back(choice.token);
  completion.logprobs.push_back(choice.logprob);
  completion.truncated =
      !is_end(choice.token) &&
      completion.tokens.size() >= static_cast<std::size_t>(options_.max_new_tokens);
}

bool Engine::is_end(int token) const {
  return std::find(end_tokens_.begin(), end_tokens_.end(), token) != end_tokens_.end();
}

void Engine::retire(const Done& done) {
  const auto running = [&](const Sequence& s) {
    return !s.completion.truncated && !is_end(s.completion.tokens.back());
  };
  const auto ended = std::stable_partition(active_.begin(), active_.end(), running);
  for (auto sequence = ended; sequence != active_.end(); ++sequence) {
    free_.push_back(sequence->slot);
    done(sequence->request, std::move(sequence->completion));
  }
  active_.erase(ended, active_.end());
}

}  // namespace vegttt::policy
