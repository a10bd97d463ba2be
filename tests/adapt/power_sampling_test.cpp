#include <gtest/gtest.h>

#include <cmath>

#include "metropolis.h"
#include "support/fake_run.h"
#include "vegttt/adapt/methods.h"

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

}  // namespace
}  // namespace vegttt::adapt
