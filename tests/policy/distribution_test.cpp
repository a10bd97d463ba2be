#include "vegttt/policy/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

// ln of 0.4, 0.1, 0.3, 0.15, 0.05, plus a constant that must not matter.
const std::vector<float> kLogits = [] {
  std::vector<float> logits;
  for (const double p : {0.4, 0.1, 0.3, 0.15, 0.05})
    logits.push_back(static_cast<float>(std::log(p) + 3));
  return logits;
}();

config::SamplingOptions at_temperature(double temperature) {
  config::SamplingOptions options;
  options.temperature = temperature;
  return options;
}

// Share of an even grid of uniforms that lands on each token; checks the stated log-probability
// against it.
std::map<int, double> shares(const config::SamplingOptions& options) {
  constexpr int kGrid = 20000;
  std::map<int, double> share;
  std::map<int, float> logprob;
  for (int i = 0; i < kGrid; ++i) {
    const Choice choice = choose(kLogits, options, (i + 0.5) / kGrid);
    share[choice.token] += 1.0 / kGrid;
    logprob[choice.token] = choice.logprob;
  }
  for (const auto& [token, p] : share)
    EXPECT_NEAR(std::exp(logprob[token]), p, 2.0 / kGrid) << token;
  return share;
}

void expect_shares(const config::SamplingOptions& options, const std::map<int, double>& wanted) {
  const auto share = shares(options);
  EXPECT_EQ(share.size(), wanted.size());
  for (const auto& [token, p] : wanted)
    EXPECT_NEAR(share.count(token) ? share.at(token) : 0, p, 2e-4) << token;
}

TEST(Distribution, SamplesTheSoftmax) {
  expect_shares(at_temperature(1), {{0, .4}, {1, .1}, {2, .3}, {3, .15}, {4, .05}});
}

TEST(Distribution, TemperatureSharpens) {
  const double total = .16 + .01 + .09 + .0225 + .0025;
  expect_shares(at_temperature(0.5),
                {{0, .16 / total},
                 {1, .01 / total},
                 {2, .09 / total},
                 {3, .0225 / total},
                 {4, .0025 / total}});
}

TEST(Distribution, TemperatureZeroIsTheLikeliestToken) {
  const Choice choice = choose(kLogits, at_temperature(0), 0.99);
  EXPECT_EQ(choice.token, 0);
  EXPECT_EQ(choice.logprob, 0);
}

TEST(Distribution, TopKKeepsTheLikeliest) {
  auto options = at_temperature(1);
  options.top_k = 2;
  expect_shares(options, {{0, .4 / .7}, {2, .3 / .7}});
}

TEST(Distribution, TopPKeepsTheFewestThatReachTheMass) {
  auto options = at_temperature(1);
  options.top_p = 0.75;
  expect_shares(options, {{0, .4 / .85}, {2, .3 / .85}, {3, .15 / .85}});
}

TEST(Distribution, MinPIsRelativeToTheLikeliest) {
  auto options = at_temperature(1);
  options.min_p = 0.3;
  expect_shares(options, {{0, .4 / .85}, {2, .3 / .85}, {3, .15 / .85}});
}

TEST(Distribution, TopPCountsWhatTopKLeft) {
  auto options = at_temperature(1);
  options.top_k = 3;
  options.top_p = 0.5;  // of .85: .4 alone is .47 of it
  expect_shares(options, {{0, .4 / .7}, {2, .3 / .7}});
}

TEST(Distribution, LogitsThatAreNotFiniteEndTheRun) {
  auto logits = kLogits;
  logits[3] = std::nanf("");
  EXPECT_THROW(choose(logits, at_temperature(1), 0.5), core::MachineError);
}

}  // namespace
}  // namespace vegttt::policy
