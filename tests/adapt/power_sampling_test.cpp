#include <gtest/gtest.h>

#include <cmath>

#include "metropolis.h"
#include "support/fake_run.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

// Two tokens, 0 or 1: P(first = 1) = 0.3, P(second = 1) = 0.8 behind a 1 and 0.4 behind a 0.
double chance_of_one(const std::vector<int>& tokens, std::size_t prompt) {
  if (tokens.size() == prompt) return 0.3;
  return tokens[prompt] == 1 ? 0.8 : 0.4;
}

float logprob(double one, int token, double temperature) {
  const double a = std::pow(one, 1 / temperature), b = std::pow(1 - one, 1 / temperature);
  return static_cast<float>(std::log((token == 1 ? a : b) / (a + b)));
}

class ToySampler : public policy::Sampler {
 public:
  std::vector<int> encode_prompt(const std::string&, const std::string&) const override {
    return {7};
  }
  std::string decode_completion(const std::vector<int>&) const override { return ""; }
  void sample(const std::vector<policy::SampleRequest>& requests,
              const config::SamplingOptions& options,
              const std::function<void(std::size_t, policy::Completion)>& done) override {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      auto tokens = requests[i].prompt;
      policy::Completion completion;
      for (int t = 0; t < options.max_new_tokens; ++t) {
        const double one = chance_of_one(tokens, 1);
        const float of_one = logprob(one, 1, options.temperature);
        const int token =
            requests[i].stream.uniform(static_cast<std::uint64_t>(t)) < std::exp(of_one);
        completion.logprobs.push_back(logprob(one, token, options.temperature));
        completion.tokens.push_back(token);
        tokens.push_back(token);
      }
      completion.truncated = true;
      done(i, std::move(completion));
    }
  }
};

class ToyScorer : public learn::Learner {
 public:
  learn::UpdateStats update(const learn::Batch&,
                            const config::LearnOptions&,
                            const config::SamplingOptions&,
                            const config::TeacherOptions&) override {
    return {};
  }
  std::vector<learn::Score> score(const std::vector<records::Rollout>& rollouts,
                                  const config::SamplingOptions& sampling,
                                  learn::Weights) override {
    std::vector<learn::Score> scores;
    for (const auto& rollout : rollouts) {
      learn::Score score;
      auto tokens = rollout.prompt_tokens;
      for (const int token : rollout.completion_tokens) {
        score.logprobs.push_back(logprob(chance_of_one(tokens, 1), token, sampling.temperature));
        tokens.push_back(token);
      }
      scores.push_back(score);
    }
    return scores;
  }
  void save(const std::string&) const override {}
  void load(const std::string&) override {}
};

std::vector<double> frequencies(double alpha, int iterations) {
  ToySampler sampler;
  ToyScorer scorer;
  config::SamplingOptions sampling;
  sampling.max_new_tokens = 2;
  config::PowerOptions power;
  power.alpha = alpha;
  power.blocks = 2;
  power.iterations = iterations;
  const TaskPrompt task{"L1/1", {}, {7}};
  std::vector<double> counts(4, 0);
  // Groups of chains with cuts of their own, as waves are.
  for (int group = 0; group < 40; ++group) {
    std::vector<Chain> chains(150);
    for (std::size_t i = 0; i < chains.size(); ++i) {
      chains[i].task = &task;
      chains[i].stream = core::CounterRng::of({"toy", std::to_string(group), std::to_string(i)});
    }
    run_chains(sampler,
               scorer,
               sampling,
               power,
               core::CounterRng::of({"cuts", std::to_string(group)}),
               chains,
               [](const Proposal&) {});
    for (const auto& chain : chains)
      counts[static_cast<std::size_t>(2 * chain.tokens[0] + chain.tokens[1])] += 1.0 / 6000;
  }
  return counts;
}

TEST(PowerSampling, DrawsFromThePowerOfTheModel) {
  // p = .42 .28 .06 .24, its square over the sum .3160.
  const std::vector<double> wanted = {0.5582, 0.2481, 0.0114, 0.1823};
  const auto got = frequencies(2, 12);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(got[i], wanted[i], 0.02) << i;
}

TEST(PowerSampling, WithoutProposalsIsLowTemperatureSamplingWhichIsAnotherDistribution) {
  const auto got = frequencies(2, 0);
  EXPECT_NEAR(got[3], 0.155 * 0.941, 0.02);
  EXPECT_GT(std::abs(got[3] - 0.1823), 0.02);
}

TEST(PowerSampling, AcceptsByLikelihoodsOfModelAndProposal) {
  Chain old, proposed;
  old.model_logprobs = {-1, -2};
  old.proposal_logprobs = {-0.5f, -1.5f};
  proposed.model_logprobs = {-1, -1};
  proposed.proposal_logprobs = {-0.5f, -0.25f};
  EXPECT_NEAR(log_acceptance(old, proposed, 1, 4), 4 * (-1 + 2) + (-1.5 + 0.25), 1e-6);
}

TEST(PowerSampling, RecordsEveryRequestThatItPaysFor) {
  test::FakeRun run;
  run.config.adapt.best_of_n_samples = 3;
  run.config.sampling.max_new_tokens = 4;
  run.config.power.blocks = 1;
  run.config.power.iterations = 2;
  auto context = run.context();
  run_power_sampling(context);
  std::int64_t prompts = 0, completions = 0, scored = 0;
  for (const auto& line : run.store.files.at("proposals.jsonl")) {
    prompts += line.at("prompt_tokens").get<std::int64_t>();
    completions += line.at("completion_tokens").get<std::int64_t>();
    scored += line.at("scored_tokens").get<std::int64_t>();
  }
  EXPECT_EQ(run.store.spent.rollouts, 6);
  EXPECT_EQ(run.store.spent.student_prompt_tokens, prompts);
  EXPECT_EQ(run.store.spent.student_completion_tokens, completions);
  EXPECT_EQ(run.store.spent.scored_tokens, scored);
  EXPECT_GT(completions, 6 * 4);
  EXPECT_TRUE(run.store.results.at("power_sampling_summary.json").contains("power"));
}

void prepare(test::FakeRun& run) {
  run.config.adapt.best_of_n_samples = 100;
  run.config.sampling.max_new_tokens = 4;
  run.config.power.blocks = 2;
  run.config.power.iterations = 2;
  run.config.budget.sampled_tokens = 600;
}

// False when it came to its end before.
bool stops_at_call(test::FakeRun& run, int call) {
  run.check_stop = [left = call]() mutable {
    if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
  };
  auto context = run.context();
  try {
    run_power_sampling(context);
  } catch (const core::Stopped&) {
    run.check_stop = [] {};
    return true;
  }
  return false;
}

// In a wave, while it is judged, and after the budget has ended it.
TEST(PowerSampling, StoppedAnywhereEndsAsIfNothingHadHappened) {
  test::FakeRun whole;
  prepare(whole);
  ASSERT_FALSE(stops_at_call(whole, -1));
  const auto& summary = whole.store.results.at("power_sampling_summary.json");
  ASSERT_EQ(summary.at("budget").at("stopped_by"), "sampled_tokens");
  int stops = 0;
  for (int call = 3;; call += 41, ++stops) {
    SCOPED_TRACE(call);
    test::FakeRun broken;
    prepare(broken);
    if (!stops_at_call(broken, call)) break;
    auto context = broken.context();
    run_power_sampling(context);
    EXPECT_EQ(broken.store.files.at("proposals.jsonl"), whole.store.files.at("proposals.jsonl"));
    EXPECT_EQ(broken.store.results.at("power_sampling_summary.json").at("selections"),
              summary.at("selections"));
    EXPECT_EQ(spent_of(broken.store.spent).all_tokens, spent_of(whole.store.spent).all_tokens);
    EXPECT_EQ(spent_of(broken.store.spent).sampled_tokens,
              spent_of(whole.store.spent).sampled_tokens);
  }
  EXPECT_GT(stops, 5);
}

TEST(PowerSampling, EndsAtAboutItsDeviceSeconds) {
  test::FakeRun run;
  prepare(run);
  run.config.adapt.best_of_n_samples = 100000;
  run.config.budget = {};
  run.config.budget.device_seconds = 0.2;
  run.sampler.delay_us = 200;
  auto context = run.context();
  run_power_sampling(context);
  const auto& budget = run.store.results.at("power_sampling_summary.json").at("budget");
  EXPECT_EQ(budget.at("stopped_by"), "device_seconds");
  EXPECT_LT(budget.at("spent").at("device_seconds"), 0.4);
}

TEST(PowerSampling, AfterAKillIsRaisedToItsRequests) {
  test::FakeRun run;
  prepare(run);
  ASSERT_FALSE(stops_at_call(run, -1));
  const auto ledger = run.store.spent;
  run.store.spent.student_prompt_tokens -= 100;  // the file of the ledger was older
  run.store.spent.student_completion_tokens -= 100;
  run.store.spent.scored_tokens -= 100;
  run.config.adapt.method = "power_sampling";
  auto context = run.context();
  run_method(context);
  EXPECT_EQ(run.store.spent.student_prompt_tokens, ledger.student_prompt_tokens);
  EXPECT_EQ(run.store.spent.student_completion_tokens, ledger.student_completion_tokens);
  EXPECT_EQ(run.store.spent.scored_tokens, ledger.scored_tokens);
}

}  // namespace
}  // namespace vegttt::adapt
