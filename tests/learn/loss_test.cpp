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

TEST(Loss, DualClipLimitsWhatABadTokenCosts) {
  Case c;
  config::LearnOptions options;
  options.loss = "dual_clip";
  options.dual_clip = 1.25;
  const at::Tensor loss = policy_loss(c.logprobs, c.sampler, c.advantages, options);
  const std::vector<double> wanted{-1, -2, -2.4, 1.6, 2, 2.5};  // the last: not 3
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_NEAR(loss[i].item<double>(), wanted[static_cast<std::size_t>(i)], 1e-6) << i;
}

TEST(Loss, DroPunishesTheSquaredLogRatio) {
  const double low = std::log(0.5), high = std::log(1.5), b = 0.05;
  expect_loss("dro",
              {-2 * low + b / 2 * low * low,
               0,
               -2 * high + b / 2 * high * high,
               2 * low + b / 2 * low * low,
               0,
               2 * high + b / 2 * high * high},
              {-2 + b * low, -2, -2 + b * high, 2 + b * low, 2, 2 + b * high});
}

TEST(Loss, DppoDropsTokensWhoseProbabilityHasMovedFarEnough) {
  // Sampler 0.4, now 0.7, 0.5 and 0.1; only 0.3 up and 0.3 down are beyond 0.2.
  const at::Tensor sampler = at::tensor({0.4, 0.4, 0.4, 0.4}).log().to(at::kFloat);
  const at::Tensor now = at::tensor({0.7, 0.5, 0.1, 0.7}).log().to(at::kFloat);
  config::LearnOptions options;
  options.loss = "dppo";
  options.dppo_tau = 0;
  const at::Tensor advantages = at::tensor({1.0f, 1.0f, -1.0f, -1.0f});
  const at::Tensor loss = policy_loss(now, sampler, advantages, options);
  EXPECT_EQ(loss[0].item<double>(), 0);
  EXPECT_NEAR(loss[1].item<double>(), -1.25, 1e-6);
  EXPECT_EQ(loss[2].item<double>(), 0);
  EXPECT_NEAR(loss[3].item<double>(), 1.75, 1e-6);
}

TEST(Loss, GspoWeighsEveryTokenByItsSequencesMeanRatio) {
  const at::Tensor sampler = at::zeros({4});
  at::Tensor now = at::tensor({std::log(0.5), std::log(2.0), 0.1, 0.3}).to(at::kFloat);
  now.set_requires_grad(true);
  config::LearnOptions options;
  options.loss = "gspo";
  options.clip_high = 1;
  const at::Tensor sequences = at::tensor({0, 0, 1, 1}, at::kLong);
  const at::Tensor loss = policy_loss(now, sampler, at::ones({4}), options, sequences);
  torch::autograd::backward({loss.sum()}, {});
  for (const int i : {0, 1}) {
    EXPECT_NEAR(loss[i].item<double>(), -1, 1e-6);  // the ratios 1/2 and 2 make 1
    EXPECT_NEAR(now.grad()[i].item<double>(), -1, 1e-6);
  }
  for (const int i : {2, 3}) EXPECT_NEAR(loss[i].item<double>(), -std::exp(0.2), 1e-6);
}

TEST(Loss, RatioCapTruncatesImportanceWeights) {
  Case c;
  config::LearnOptions options;
  options.ratio_cap = 1.2;
  const at::Tensor loss = policy_loss(c.logprobs, c.sampler, c.advantages, options);
  torch::autograd::backward({loss.sum()}, {});
  const std::vector<double> wanted{-1, -2, -2.4, 1, 2, 2.4};
  for (std::int64_t i = 0; i < 6; ++i)
    EXPECT_NEAR(c.logprobs.grad()[i].item<double>(), wanted[static_cast<std::size_t>(i)], 1e-6);
}

TEST(Loss, SequencesThatTheTrainerDisagreesAboutAreLeftOut) {
  const at::Tensor sampler = at::zeros({4}),
                   now = at::tensor({0.0f, 0.001f, 0.2f, -0.1f}),  // means 0.0005 and 0.05
      sequences = at::tensor({0, 0, 1, 1}, at::kLong);
  config::LearnOptions options;
  options.sequence_mask = 0.01;
  auto loss = policy_loss(now, sampler, at::ones({4}), options, sequences);
  EXPECT_NE(loss[0].item<double>(), 0);
  EXPECT_EQ(loss[2].item<double>(), 0);
  EXPECT_EQ(loss[3].item<double>(), 0);
  options.sequence_mask = 0;
  options.token_veto = 0.95;  // the last token's ratio is 0.905
  loss = policy_loss(now, sampler, at::ones({4}), options, sequences);
  EXPECT_NE(loss[1].item<double>(), 0);
  EXPECT_EQ(loss[2].item<double>(), 0);
}

TEST(Loss, KlEstimatorsAreThoseOfTheirNames) {
  const at::Tensor now = at::tensor({-1.0, -1.0}), start = at::tensor({-2.0, -0.5});
  EXPECT_NEAR(kl_estimate(now, start, "k1")[0].item<double>(), 1, 1e-6);
  EXPECT_NEAR(kl_estimate(now, start, "k2")[1].item<double>(), 0.125, 1e-6);
  EXPECT_TRUE(at::equal(kl_estimate(now, start, "k3"), k3(now, start)));
  EXPECT_THROW(kl_estimate(now, start, "k4"), core::UserError);
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
  EXPECT_EQ(token_weights(rollouts, usable, "sequence_sums", 10),
            (std::vector<double>{1 / 2.0, 1 / 2.0, 0}));
  EXPECT_THROW(token_weights(rollouts, usable, "mean", 10), core::UserError);
}

}  // namespace
}  // namespace vegttt::learn
