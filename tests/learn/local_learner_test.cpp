#include "vegttt/learn/local_learner.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tiny_learning.h"
#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

UpdateStats step(LocalPolicy& policy,
                 Learner& learner,
                 const config::LearnOptions& options,
                 int number) {
  return learner.update(
      sample_batch(policy, sampling_options(), number), options, sampling_options());
}

TEST(LocalLearner, TrainerAndSamplerAgreeAndTheRewardRises) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  auto mean_reward = [&](const Batch& batch) {
    double sum = 0;
    for (const auto& rollout : batch.rollouts) sum += rollout.reward / 8;
    return sum;
  };
  auto options = learn_options();
  options.kl_coefficient = 1e-6;  // so that the distance to theta_0 is computed
  double first = 0, last = 0;
  for (int i = 0; i < 40; ++i) {
    const Batch batch = sample_batch(*policy, sampling_options(), i);
    (i < 10 ? first : last) += i < 10 || i >= 30 ? mean_reward(batch) / 10 : 0;
    const auto stats = learner->update(batch, options, sampling_options());
    EXPECT_LT(stats.logprob_gap_max, 1e-4);
    EXPECT_LE(stats.logprob_gap_p999, stats.logprob_gap_max);
    EXPECT_GE(stats.logprob_gap_p999, stats.logprob_gap_mean);
    EXPECT_LT(std::abs(stats.kl_sampler_v1), 1e-5);
    EXPECT_EQ(stats.clip_fraction, 0);
    EXPECT_EQ(stats.kl_theta0 > 0, i > 0);
    EXPECT_GT(stats.entropy, 0);
  }
  EXPECT_GT(last, first + 0.2);
}

TEST(LocalLearner, PackingChangesNothingButRounding) {
  const auto one = tiny_policy(), many = tiny_policy();
  for (const char* reduction : {"sum", "tokens", "sequences", "constant"}) {
    auto options = learn_options();
    options.reduction = reduction;
    options.kl_coefficient = 0.1;
    auto cut = options;
    cut.micro_batch_tokens = 1;
    const Batch batch = sample_batch(*one, sampling_options(), 0);
    const auto a = make_learner(one)->update(batch, options, sampling_options());
    const auto b = make_learner(many)->update(batch, cut, sampling_options());
    EXPECT_NEAR(a.loss, b.loss, 1e-5 * std::max(1.0, std::abs(a.loss)));
    EXPECT_NEAR(a.grad_norm, b.grad_norm, 1e-4 * a.grad_norm);
    EXPECT_EQ(a.trained_tokens, b.trained_tokens);
    EXPECT_LT(largest_difference(*one->adapter(), *many->adapter()), 2e-4)
        << reduction;  // Adam's first step is a sign
    for (auto& [path, pair] : many->adapter()->pairs) {
      const at::NoGradGuard no_gradients;
      pair.a.copy_(one->adapter()->pairs.at(path).a);
      pair.b.copy_(one->adapter()->pairs.at(path).b);
    }
  }
}

TEST(LocalLearner, CheckpointingChangesNotABit) {
  const auto kept = tiny_policy(), computed_again = tiny_policy();
  auto options = learn_options();
  options.checkpointing = "off";
  step(*kept, *make_learner(kept), options, 0);
  options.checkpointing = "on";
  step(*computed_again, *make_learner(computed_again), options, 0);
  EXPECT_EQ(largest_difference(*kept->adapter(), *computed_again->adapter()), 0);
}

TEST(LocalLearner, SavedLoadedAndContinuedEqualsUninterruptedBitForBit) {
  const core::TemporaryFolder folder;
  const auto whole = tiny_policy(), resumed = tiny_policy();
  const auto learner = make_learner(whole);
  auto options = learn_options();
  options.kl_coefficient = 0.05;
  step(*whole, *learner, options, 0);
  learner->save(folder.path().string());
  step(*whole, *learner, options, 1);
  step(*whole, *learner, options, 2);
  const auto second = make_learner(resumed);
  second->load(folder.path().string());
  step(*resumed, *second, options, 1);
  step(*resumed, *second, options, 2);
  EXPECT_EQ(largest_difference(*whole->adapter(), *resumed->adapter()), 0);
}

TEST(LocalLearner, ResetOptimizerForgetsTheMoments) {
  const auto kept = tiny_policy(), fresh = tiny_policy();
  const auto a = make_learner(kept), b = make_learner(fresh);
  auto options = learn_options();
  step(*kept, *a, options, 0);
  step(*fresh, *b, options, 0);
  EXPECT_EQ(largest_difference(*kept->adapter(), *fresh->adapter()), 0);
  step(*kept, *a, options, 1);
  options.reset_optimizer = true;
  step(*fresh, *b, options, 1);
  EXPECT_GT(largest_difference(*kept->adapter(), *fresh->adapter()), 1e-4);
}

TEST(LocalLearner, RolloutsOfOtherWeightsAreRefused) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  const Batch old = sample_batch(*policy, sampling_options(), 0);
  learner->update(old, learn_options(), sampling_options());
  EXPECT_THROW(learner->update(old, learn_options(), sampling_options()), core::MachineError);
}

TEST(LocalLearner, FlatGroupsMoveNothing) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  Batch batch = sample_batch(*policy, sampling_options(), 0);
  for (auto& rollout : batch.rollouts) rollout.advantage = 0;
  const auto before = policy->adapter()->clone();
  EXPECT_EQ(learner->update(batch, learn_options(), sampling_options()).trained_tokens, 0);
  EXPECT_EQ(largest_difference(before, *policy->adapter()), 0);
}

TEST(LocalLearner, LearnsFromFilteredSamples) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  auto sampling = sampling_options();
  sampling.top_p = 0.9;
  sampling.top_k = 20;
  const auto stats = learner->update(sample_batch(*policy, sampling, 0), learn_options(), sampling);
  EXPECT_LT(stats.logprob_gap_max, 1e-4);
  EXPECT_GT(stats.trained_tokens, 0);
}

TEST(LocalLearner, ThePapersTemperatureOneIsChecked) {
  const auto policy = tiny_policy();
  auto options = learn_options();
  options.logprob_temperature = "one";
  const auto stats = make_learner(policy)->update(
      sample_batch(*policy, sampling_options(), 0), options, sampling_options());
  EXPECT_LT(stats.logprob_gap_max, 1e-4);
  EXPECT_GT(std::abs(stats.kl_sampler_v1), 1e-3);
}

TEST(LocalLearner, AForeignCheckpointIsRefused) {
  const core::TemporaryFolder folder;
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  step(*policy, *learner, learn_options(), 0);
  learner->save(folder.path().string());
  auto model =
      std::make_shared<policy::Transformer>(policy::load_transformer(policy::tiny_folder()));
  config::LoraOptions lora;
  lora.rank = 2;
  auto other = std::make_shared<LocalPolicy>(
      "tiny",
      model,
      nullptr,
      policy::ChatFormat{},
      std::make_shared<policy::Adapter>(policy::new_adapter(model->weights, lora, 3)));
  EXPECT_THROW(make_learner(other)->load(folder.path().string()), core::UserError);
}

}  // namespace
}  // namespace vegttt::learn
