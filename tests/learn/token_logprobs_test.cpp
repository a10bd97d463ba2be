#include "token_logprobs.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace vegttt::learn {
namespace {

struct Problem {
  at::Tensor hidden, head, targets;
  Problem() {
    at::manual_seed(1);
    hidden = at::randn({37, 12}).set_requires_grad(true);
    head = at::randn({50, 12}).set_requires_grad(true);
    targets = at::randint(0, 50, {37}, at::kLong);
  }
};

config::SamplingOptions at_temperature(double temperature) {
  config::SamplingOptions options;
  options.temperature = temperature;
  return options;
}

at::Tensor plainly(const Problem& p, double temperature) {
  return at::log_softmax(at::linear(p.hidden, p.head) / temperature, 1)
      .gather(1, p.targets.unsqueeze(1))
      .squeeze(1);
}

// Gradients of a weighted sum, so that no two tokens count alike.
std::pair<at::Tensor, at::Tensor> gradients(const Problem& p, const at::Tensor& logprobs) {
  p.hidden.mutable_grad() = p.head.mutable_grad() = at::Tensor();
  torch::autograd::backward({(logprobs * at::linspace(-1, 2, 37)).sum()}, {});
  return {p.hidden.grad().clone(), p.head.grad().clone()};
}

void expect_near(const at::Tensor& a, const at::Tensor& b) {
  EXPECT_LT((a - b).abs().max().item<double>(), 2e-5);
}

TEST(TokenLogprobs, EqualTheFullSoftmaxWithItsGradients) {
  const Problem p;
  for (const std::int64_t chunk : {1, 5, 37, 1000}) {
    const auto got = token_logprobs(p.hidden, p.head, p.targets, at_temperature(0.7), true, chunk);
    expect_near(got.logprobs, plainly(p, 0.7));
    expect_near(got.sampled_logprobs, got.logprobs);
    const auto [hidden, head] = gradients(p, got.logprobs);
    const auto [want_hidden, want_head] = gradients(p, plainly(p, 0.7));
    expect_near(hidden, want_hidden);
    expect_near(head, want_head);
  }
}

TEST(TokenLogprobs, MayLearnAtTemperatureOneFromSamplesOfAnother) {
  const Problem p;
  const auto got = token_logprobs(p.hidden, p.head, p.targets, at_temperature(0.25), false);
  expect_near(got.logprobs, plainly(p, 1));
  expect_near(got.sampled_logprobs, plainly(p, 0.25));
  EXPECT_LT((gradients(p, got.logprobs).first - gradients(p, plainly(p, 1)).first)
                .abs()
                .max()
                .item<double>(),
            2e-5);
}

TEST(TokenLogprobs, EntropyIsThatOfTheDistribution) {
  const Problem p;
  const at::Tensor logprobs = at::log_softmax(at::linear(p.hidden, p.head) / 0.7, 1);
  expect_near(token_logprobs(p.hidden, p.head, p.targets, at_temperature(0.7), true).entropy,
              -(logprobs.exp() * logprobs).sum(1));
}

TEST(TokenLogprobs, FiltersRenormaliseOverTheKeptTokens) {
  const Problem p;
  auto options = at_temperature(0.7);
  options.top_k = 5;
  const at::Tensor scores = at::linear(p.hidden, p.head) / 0.7;
  const at::Tensor likeliest =
      std::get<1>(scores.topk(5, 1)).select(1, 3);  // targets that are kept
  Problem kept = p;
  kept.targets = likeliest;
  const auto got = token_logprobs(kept.hidden, kept.head, kept.targets, options, true);
  const at::Tensor five = std::get<0>(scores.topk(5, 1));
  expect_near(got.logprobs, five.select(1, 3) - at::logsumexp(five, 1));
  EXPECT_TRUE(at::isfinite(got.entropy).all().item<bool>());
  EXPECT_TRUE(at::isfinite(gradients(kept, got.logprobs).first).all().item<bool>());
}

}  // namespace
}  // namespace vegttt::learn
