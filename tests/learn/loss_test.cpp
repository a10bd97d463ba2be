#include "loss.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

// Ratios 0.5, 1, 1.5 with advantages of both signs.
struct Case {
  at::Tensor sampler = at::zeros({6});
  at::Tensor logprobs =
      at::tensor({0.5, 1.0, 1.5, 0.5, 1.0, 1.5}).log().to(at::kFloat).set_requires_grad(true);
  at::Tensor advantages = at::tensor({2.0f, 2.0f, 2.0f, -2.0f, -2.0f, -2.0f});
};

// Loss per token and its gradient in the log-probability.
void expect_loss(const std::string& kind,
                 const std::vector<double>& losses,
                 const std::vector<double>& gradients) {
  Case c;
  config::LearnOptions options;
  options.loss = kind;
  const at::Tensor loss = policy_loss(c.logprobs, c.sampler, c.advantages, options);
  torch::autograd::backward({loss.sum()}, {});
  for (std::int64_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(loss[i].item<double>(), losses[static_cast<std::size_t>(i)], 1e-6)
        << kind << " " << i;
    EXPECT_NEAR(c.logprobs.grad()[i].item<double>(), gradients[static_cast<std::size_t>(i)], 1e-6)
        << kind << " " << i;
  }
}

TEST(Loss, ImportanceSamplingIsRatioTimesAdvantage) {
  expect_loss("importance_sampling", {-1, -2, -3, 1, 2, 3}, {-1, -2, -3, 1, 2, 3});
}

TEST(Loss, PpoStopsWhereTheRatioHasGoneFarEnough) {
  expect_loss("ppo", {-1, -2, -2.4, 1.6, 2, 3}, {-1, -2, 0, 0, 2, 3});
}

TEST(Loss, CispoWeighsByTheLimitedRatio) {
  const double low = std::log(0.5), high = std::log(1.5);
  expect_loss("cispo",
              {-1.6 * low, 0, -2.4 * high, 1.6 * low, 0, 2.4 * high},
              {-1.6, -2, -2.4, 1.6, 2, 2.4});
}

TEST(Loss, ReinforceIgnoresTheRatio) {
  const double low = std::log(0.5), high = std::log(1.5);
  expect_loss("reinforce", {-2 * low, 0, -2 * high, 2 * low, 0, 2 * high}, {-2, -2, -2, 2, 2, 2});
}

TEST(Loss, ClippedTokensAreThoseWhoseGradientChanges) {
  Case c;
  config::LearnOptions options;
  options.loss = "ppo";
  EXPECT_TRUE(at::equal(clipped(c.logprobs, c.sampler, c.advantages, options),
                        at::tensor({0, 0, 1, 1, 0, 0}).to(at::kBool)));
}

TEST(Loss, K3IsZeroAtEqualityAndPositiveElsewhere) {
  const at::Tensor kl = k3(at::tensor({-1.0, -1.0, -1.0}), at::tensor({-1.0, -2.0, -0.5}));
  EXPECT_EQ(kl[0].item<double>(), 0);
  EXPECT_NEAR(kl[1].item<double>(), std::exp(-1) + 1 - 1, 1e-6);
  EXPECT_NEAR(kl[2].item<double>(), std::exp(0.5) - 1.5, 1e-6);
}

TEST(Loss, ReductionsWeighTokensOfAllMicroBatchesTogether) {
  std::vector<records::Rollout> rollouts(3);
  for (std::size_t i = 0; i < 3; ++i)
    rollouts[i].completion_tokens.resize(2 + i);  // 2, 3, 4 tokens; the last is left out
  const std::vector<std::size_t> usable{0, 1};
  EXPECT_EQ(token_weights(rollouts, usable, "sum", 10), (std::vector<double>{1, 1, 0}));
  EXPECT_EQ(token_weights(rollouts, usable, "tokens", 10),
            (std::vector<double>{1 / 5.0, 1 / 5.0, 0}));
  EXPECT_EQ(token_weights(rollouts, usable, "sequences", 10),
            (std::vector<double>{1 / 4.0, 1 / 6.0, 0}));
  EXPECT_EQ(token_weights(rollouts, usable, "constant", 10),
            (std::vector<double>{1 / 20.0, 1 / 20.0, 0}));
  EXPECT_THROW(token_weights(rollouts, usable, "mean", 10), core::UserError);
}

}  // namespace
}  // namespace vegttt::learn
