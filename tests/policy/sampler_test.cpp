#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sampling/engine.h"
#include "sampling/kv_cache.h"
#include "vegttt/core/error.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

// Sizes that are multiples of nothing, so that every remainder of the kernels is used.
ModelConfig odd_config() {
  ModelConfig config;
  config.layers = 2, config.hidden = 72, config.heads = 8, config.kv_heads = 2,
  config.head_dim = 22;
  config.ffn = 203, config.vocab = 307, config.max_positions = 200, config.rope_theta = 10000;
  return config;
}

// Random weights, large enough that the distribution is neither flat nor certain, and an adapter
// that does something.
struct Model {
  std::shared_ptr<Transformer> model =
      std::make_shared<Transformer>(random_transformer(odd_config(), 5));
  std::shared_ptr<Adapter> adapter;
  std::unique_ptr<LocalPolicy> policy;

  Model() {
    const at::NoGradGuard no_gradients;
    for (auto& named : named_tensors(model->weights, model->config)) {
      if (named.shape.size() == 2) named.tensor->mul_(6);
    }
    adapter = std::make_shared<Adapter>(new_adapter(model->weights, {}, 1));
    for (auto& [path, pair] : adapter->pairs) {
      pair.b.copy_(at::linspace(-0.1, 0.1, pair.b.numel()).view(pair.b.sizes()));
    }
    std::shared_ptr<Tokenizer> tokenizer =
        parse_tokenizer(train_bpe({"abc abc"}, 260, {"<|end|>"}).dump(), "test");
    ChatFormat chat;
    chat.end_tokens = {0, 1, 2, 3, 4, 5};
    policy = std::make_unique<LocalPolicy>("test", model, tokenizer, chat, adapter);
  }
};

std::vector<SampleRequest> some_requests() {
  std::vector<SampleRequest> requests;
  for (int i = 0; i < 14; ++i) {
    SampleRequest request{{}, core::CounterRng::of({"test", std::to_string(i)})};
    for (int t = 0; t < 5 + 9 * (i % 3); ++t)
      request.prompt.push_back((31 * t + 7 * (i % 3)) % 300);
    requests.push_back(request);
  }
  return requests;
}

config::SamplingOptions some_options() {
  config::SamplingOptions options;
  options.temperature = 0.9;
  options.max_new_tokens = 40;
  return options;
}

std::vector<Completion> sample(LocalPolicy& policy,
                               const std::vector<SampleRequest>& requests,
                               const config::SamplingOptions& options) {
  std::vector<Completion> completions(requests.size());
  policy.sample(requests, options, [&](std::size_t i, Completion completion) {
    completions[i] = std::move(completion);
  });
  return completions;
}

void expect_same_bits(const Completion& a, const Completion& b) {
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.logprobs, b.logprobs);
  EXPECT_EQ(a.truncated, b.truncated);
}

TEST(Sampler, ResultsDoNotDependOnTheBatchTheSlotOrTheOrder) {
  Model m;
  const auto requests = some_requests();
  auto options = some_options();
  const auto together = sample(*m.policy, requests, options);
  for (std::size_t i = 0; i < requests.size(); ++i)
    expect_same_bits(sample(*m.policy, {requests[i]}, options)[0], together[i]);
  const std::vector<SampleRequest> reversed(requests.rbegin(), requests.rend());
  for (const int slots : {1, 2, 3, 5, 7}) {
    options.slots = slots;
    auto back = sample(*m.policy, reversed, options);
    std::reverse(back.begin(), back.end());
    for (std::size_t i = 0; i < requests.size(); ++i) expect_same_bits(back[i], together[i]);
  }
  EXPECT_TRUE(std::any_of(together.begin(), together.end(), [](auto& c) { return c.truncated; }));
  EXPECT_FALSE(std::all_of(together.begin(), together.end(), [](auto& c) { return c.truncated; }));
}

TEST(Sampler, ResultsDoNotDependOnTheNumberOfThreads) {
  Model m;
  const int threads = at::get_num_threads();
  const auto many = sample(*m.policy, some_requests(), some_options());
  at::set_num_threads(1);
  const auto one = sample(*m.policy, some_requests(), some_options());
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < many.size(); ++i) expect_same_bits(one[i], many[i]);
}

// Log-probabilities of a completion by one forward pass over everything, with the kernels that
// learning uses.
at::Tensor by_full_forward(const Transformer& model,
                           const SampleRequest& request,
                           const Completion& completion,
                           double temperature) {
  std::vector<int> all = request.prompt;
  all.insert(all.end(), completion.tokens.begin(), completion.tokens.end());
  Packing packing;
  packing.add(static_cast<std::int64_t>(all.size()));
  const at::Tensor tokens = at::tensor(all, at::kInt).to(at::kLong);
  const auto first = static_cast<std::int64_t>(request.prompt.size());
  const at::Tensor scores =
      logits(model, forward_packed(model, tokens, packing)).slice(0, first - 1, -1) / temperature;
  return at::log_softmax(scores, -1).gather(1, tokens.slice(0, first).unsqueeze(1)).squeeze(1);
}

TEST(Sampler, StepByStepEqualsTheFullForward) {
  Model m;
  const auto requests = some_requests();
  const auto completions = sample(*m.policy, requests, some_options());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const at::Tensor full = by_full_forward(*m.model, requests[i], completions[i], 0.9);
    EXPECT_LT((full - at::tensor(completions[i].logprobs)).abs().max().item<double>(), 1e-4);
  }
}

void expect_equal_caches(const ModelConfig& config, const std::vector<at::Tensor>& sinks) {
  const at::NoGradGuard no_gradients;
  const auto invariant = make_invariant_cache(config, 3, 10, sinks);
  const auto dense = make_dense_cache(config, 3, 10, at::kFloat, sinks);
  auto random = [&](std::int64_t rows, std::int64_t heads) {
    return at::randn({rows, heads, config.head_dim});
  };
  for (const int slot : {0, 2}) {
    auto a = std::make_shared<PromptKeys>(), b = std::make_shared<PromptKeys>();
    for (int layer = 0; layer < config.layers; ++layer) {
      const at::Tensor q = random(17 + slot, 8), k = random(17 + slot, 2), v = random(17 + slot, 2);
      EXPECT_LT(
          (invariant->attend_prompt(*a, layer, q, k, v) - dense->attend_prompt(*b, layer, q, k, v))
              .abs()
              .max()
              .item<double>(),
          1e-5);
    }
    invariant->assign(slot, a);
    dense->assign(slot, b);
  }
  for (std::int64_t place = 0; place < 10; ++place) {
    for (int layer = 0; layer < config.layers; ++layer) {
      const at::Tensor q = random(2, 8), k = random(2, 2), v = random(2, 2);
      const std::vector<std::int64_t> places{place, place};
      EXPECT_LT((invariant->attend_next(layer, {2, 0}, places, q, k, v) -
                 dense->attend_next(layer, {2, 0}, places, q, k, v))
                    .abs()
                    .max()
                    .item<double>(),
                1e-5);
    }
  }
}

TEST(Sampler, TheCacheForOtherDevicesGivesTheSameAttention) {
  expect_equal_caches(odd_config(), {});
}

TEST(Sampler, BothCachesKnowWindowsAndSinks) {
  ModelConfig config = odd_config();
  const std::vector<at::Tensor> sinks = {at::randn({8}), at::randn({8}) + 2};
  for (const int window : {1, 5, 16, 20, 40}) {
    config.windows = {window, 0};
    expect_equal_caches(config, {});
    expect_equal_caches(config, sinks);
  }
}

TEST(Sampler, AnUpdateOfTheAdapterIsSeenAtOnce) {
  Model m;
  const auto before = sample(*m.policy, some_requests(), some_options());
  const at::NoGradGuard no_gradients;
  for (auto& [path, pair] : m.adapter->pairs) pair.b.mul_(-3);
  const auto after = sample(*m.policy, some_requests(), some_options());
  EXPECT_NE(before[0].logprobs, after[0].logprobs);
}

TEST(Sampler, BadRequestsAreRefused) {
  Model m;
  auto options = some_options();
  options.max_new_tokens = 500;
  EXPECT_THROW(sample(*m.policy, some_requests(), options), core::UserError);
  options = some_options();
  options.top_p = 0;
  EXPECT_THROW(sample(*m.policy, some_requests(), options), core::UserError);
  EXPECT_THROW(sample(*m.policy, {SampleRequest{}}, some_options()), core::UserError);
  EXPECT_THROW(sample(*m.policy, {SampleRequest{{307}, core::CounterRng(0)}}, some_options()),
               core::UserError);
}

}  // namespace
}  // namespace vegttt::policy
