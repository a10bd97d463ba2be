// A teacher that reads more than the student did.
#include "teacher.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tiny_learning.h"
#include "vegttt/core/file.h"

namespace vegttt::learn {
namespace {

// What the teacher reads: the prompt and two more tokens.
Batch taught_batch(LocalPolicy& policy, int step) {
  Batch batch = sample_batch(policy, sampling_options(), step);
  for (const auto& rollout : batch.rollouts) {
    batch.teacher_prompts.push_back(rollout.prompt_tokens);
    batch.teacher_prompts.back().insert(batch.teacher_prompts.back().end(), {11, 12});
  }
  return batch;
}

config::TeacherOptions teacher_options(const std::string& weights,
                                       const std::string& loss = "sampled_token") {
  config::TeacherOptions options;
  options.weights = weights;
  options.loss = loss;
  return options;
}

std::int64_t tokens_of(const Batch& batch, bool prompts) {
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    if (batch.teacher_prompts[i].empty()) continue;
    tokens += static_cast<std::int64_t>(prompts ? batch.teacher_prompts[i].size()
                                                : batch.rollouts[i].completion_tokens.size());
  }
  return tokens;
}

TEST(Teacher, TokensAreCountedWhereThePassIsMade) {
  const auto policy = tiny_policy();
  Batch batch = taught_batch(*policy, 0);
  batch.teacher_prompts[3].clear();
  const auto stats = make_learner(policy)->update(
      batch, learn_options(), sampling_options(), teacher_options("student"));
  EXPECT_EQ(stats.teacher_prompt_tokens, tokens_of(batch, true));
  EXPECT_EQ(stats.teacher_completion_tokens, tokens_of(batch, false));
  EXPECT_EQ(stats.taught, 7);
}

TEST(Teacher, ThatReadsTheStudentsPromptHasNothingToSay) {
  const auto policy = tiny_policy();
  Batch batch = taught_batch(*policy, 0);
  for (std::size_t i = 0; i < 8; ++i) batch.teacher_prompts[i] = batch.rollouts[i].prompt_tokens;
  const auto stats = make_learner(policy)->update(
      batch, learn_options(), sampling_options(), teacher_options("student"));
  EXPECT_LT(stats.teacher_gap_abs, 1e-5);  // the T-scaled log-probs of one distribution
}

TEST(Teacher, AtTemperatureOneDisagreesWithSamplesOfAnotherTemperature) {
  // The trap of the paper's code: the gap is not zero although teacher and student are the same.
  const auto policy = tiny_policy();
  Batch batch = taught_batch(*policy, 0);
  for (std::size_t i = 0; i < 8; ++i) batch.teacher_prompts[i] = batch.rollouts[i].prompt_tokens;
  auto options = learn_options();
  options.logprob_temperature = "one";
  const auto stats =
      make_learner(policy)->update(batch, options, sampling_options(), teacher_options("student"));
  EXPECT_GT(stats.teacher_gap_abs, 1e-2);
}

TEST(Teacher, WithoutAnyPromptForARolloutLeavesItOut) {
  const auto policy = tiny_policy();
  Batch batch = taught_batch(*policy, 0);
  for (auto& prompt : batch.teacher_prompts) prompt.clear();
  const auto before = policy->adapter()->clone();
  const auto stats = make_learner(policy)->update(
      batch, learn_options(), sampling_options(), teacher_options("student"));
  EXPECT_EQ(stats.trained_tokens, 0);
  EXPECT_EQ(largest_difference(before, *policy->adapter()), 0);
}

// Wherever the KL term stands and whatever the teacher's loss is.
TEST(Teacher, WhatItDoesNotReadIsNotTrainedForAKlTermEither) {
  for (const std::string place : {"loss", "advantage"}) {
    for (const std::string loss : {"sampled_token", "full"}) {
      SCOPED_TRACE(place + " " + loss);
      const auto policy = tiny_policy();
      const auto learner = make_learner(policy);
      learner->update(sample_batch(*policy, sampling_options(), 0),
                      learn_options(),
                      sampling_options());  // away from theta_0
      Batch batch = taught_batch(*policy, 1);
      for (const std::size_t i : {0, 3, 6}) batch.teacher_prompts[i].clear();
      auto options = learn_options();
      options.kl_coefficient = 0.3;
      options.kl_place = place;
      const auto stats =
          learner->update(batch, options, sampling_options(), teacher_options("student", loss));
      std::int64_t prompts = 0;
      for (const std::size_t i : {1, 2, 4, 5, 7})
        prompts += static_cast<std::int64_t>(batch.rollouts[i].prompt_tokens.size());
      EXPECT_EQ(stats.trained_tokens, tokens_of(batch, false));
      EXPECT_EQ(stats.scored_tokens, prompts + tokens_of(batch, false));
    }
  }
}

TEST(Teacher, SampledTokenAdvantageIsBetaTimesTheGap) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  const Batch batch = taught_batch(*policy, 0);
  auto seen = batch.rollouts;
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i].prompt_tokens = batch.teacher_prompts[i];
  const auto taught = learner->score(seen, sampling_options(), Weights::kNow);
  double loss = 0, tokens = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    for (std::size_t t = 0; t < seen[i].logprobs.size(); ++t, ++tokens)
      loss -= 2.5 * (static_cast<double>(taught[i].logprobs[t]) - seen[i].logprobs[t]);
  }
  auto teacher = teacher_options("student");
  teacher.beta = 2.5;
  const auto stats = learner->update(batch, learn_options(), sampling_options(), teacher);
  EXPECT_NEAR(stats.loss, loss / tokens, 1e-4);  // ratios are 1 before the first step
}

TEST(Teacher, MayShareTheSumWithTheRewards) {
  const auto mixed = tiny_policy(), rewarded = tiny_policy();
  auto teacher = teacher_options("student");
  teacher.reward_weight = 1;
  make_learner(mixed)->update(
      taught_batch(*mixed, 0), learn_options(), sampling_options(), teacher);
  make_learner(rewarded)->update(
      sample_batch(*rewarded, sampling_options(), 0), learn_options(), sampling_options());
  EXPECT_EQ(largest_difference(*mixed->adapter(), *rewarded->adapter()), 0);
}

TEST(Teacher, WholeDistributionPullsTheStudentTowardsIt) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  auto teacher = teacher_options("frozen", "full");
  teacher.divergence = 0.5;
  double first = 0, last = 0;
  for (int i = 0; i < 16; ++i) {
    const auto stats =
        learner->update(taught_batch(*policy, i), learn_options(), sampling_options(), teacher);
    (i < 4 ? first : last) += i < 4 || i >= 12 ? stats.divergence / 4 : 0;
  }
  EXPECT_GT(first, 0);
  EXPECT_LT(last, 0.8 * first);
}

TEST(Teacher, FrozenStaysAtThetaZeroAndTheStudentsFollowsAtOnce) {
  const auto policy = tiny_policy();
  const auto start = policy->adapter()->clone();
  auto moved = start.clone();
  for (auto& [path, pair] : moved.pairs) pair.b.add_(1);
  Teacher teacher;
  EXPECT_EQ(&teacher.adapter(teacher_options("student"), moved, start), &moved);
  EXPECT_EQ(&teacher.adapter(teacher_options("frozen"), moved, start), &start);
}

TEST(Teacher, AverageFollowsTheStudentsMatricesEachByItself) {
  const at::NoGradGuard no_gradients;
  const auto policy = tiny_policy();
  const auto start = policy->adapter()->clone();
  auto student = start.clone();
  for (auto& [path, pair] : student.pairs) {
    pair.a.add_(1);
    pair.b.add_(2);
  }
  Teacher teacher;
  auto options = teacher_options("ema");
  options.ema_rate = 0.25;
  EXPECT_EQ(largest_difference(teacher.adapter(options, student, start), start), 0);
  teacher.follow(student, options);
  teacher.follow(student, options);
  const auto& average = teacher.adapter(options, student, start);
  const double moved = 1 - 0.75 * 0.75;
  for (const auto& [path, pair] : average.pairs) {
    const auto& first = start.pairs.at(path);
    EXPECT_LT((pair.a - first.a - moved).abs().max().item<double>(), 1e-5);
    EXPECT_LT((pair.b - first.b - 2 * moved).abs().max().item<double>(), 1e-5);
  }
}

TEST(Teacher, ARunThatIsResumedHasTheSameAverage) {
  const core::TemporaryFolder folder;
  const auto whole = tiny_policy(), resumed = tiny_policy();
  const auto a = make_learner(whole), b = make_learner(resumed);
  auto teacher = teacher_options("ema");
  teacher.ema_rate = 0.5;
  const auto step = [&](LocalPolicy& policy, Learner& learner, int i) {
    learner.update(taught_batch(policy, i), learn_options(), sampling_options(), teacher);
  };
  step(*whole, *a, 0);
  a->save(folder.path().string());
  step(*whole, *a, 1);
  step(*whole, *a, 2);
  b->load(folder.path().string());
  step(*resumed, *b, 1);
  step(*resumed, *b, 2);
  EXPECT_EQ(largest_difference(*whole->adapter(), *resumed->adapter()), 0);
}

TEST(Score, OfTheSamplersOwnWeightsIsWhatItStored) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  const Batch batch = sample_batch(*policy, sampling_options(), 0);
  const auto scores = learner->score(batch.rollouts, sampling_options(), Weights::kNow);
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    EXPECT_GT(scores[i].entropy, 0);
    for (std::size_t t = 0; t < scores[i].logprobs.size(); ++t)
      EXPECT_NEAR(scores[i].logprobs[t], batch.rollouts[i].logprobs[t], 1e-4);
  }
}

TEST(Score, OfTheStartStaysWhatItWasWhileTheStudentMoves) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  const Batch batch = sample_batch(*policy, sampling_options(), 0);
  const auto before = learner->score(batch.rollouts, sampling_options(), Weights::kStart);
  learner->update(batch, learn_options(), sampling_options());
  const auto after = learner->score(batch.rollouts, sampling_options(), Weights::kStart);
  const auto now = learner->score(batch.rollouts, sampling_options(), Weights::kNow);
  EXPECT_EQ(before[0].logprobs, after[0].logprobs);
  EXPECT_NE(now[0].logprobs, after[0].logprobs);
}

TEST(KlAdvantage, IsCentredOverTheBatchAndCountsItsPasses) {
  const auto policy = tiny_policy();
  const auto learner = make_learner(policy);
  auto options = learn_options();
  learner->update(sample_batch(*policy, sampling_options(), 0), options, sampling_options());
  options.kl_coefficient = 0.3;
  options.kl_place = "advantage";
  Batch batch = sample_batch(*policy, sampling_options(), 1);
  for (auto& rollout : batch.rollouts) rollout.advantage = 0;
  std::int64_t tokens = 0;
  for (const auto& rollout : batch.rollouts)
    tokens +=
        static_cast<std::int64_t>(rollout.prompt_tokens.size() + rollout.completion_tokens.size());
  const auto stats = learner->update(batch, options, sampling_options());
  EXPECT_EQ(stats.scored_tokens, tokens);
  EXPECT_NEAR(stats.loss, 0, 1e-4);  // advantages of mean zero, ratios of one
  EXPECT_GT(stats.grad_norm, 0);
}

}  // namespace
}  // namespace vegttt::learn
