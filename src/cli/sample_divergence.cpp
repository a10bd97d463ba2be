#include "sample_divergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "bench_policy.h"
#include "vegttt/core/clock.h"

namespace vegttt::cli {
namespace {

constexpr std::size_t kMostCalls = 32;  // one at a time, 160 would take minutes

struct Sampled {
  std::vector<policy::Completion> completions;
  double elapsed_s = 0;
};

std::vector<policy::SampleRequest> requests_of(int vocab, const DivergenceOptions& options) {
  std::vector<policy::SampleRequest> requests;
  for (int row = 0; row < options.rows; ++row) {
    const auto prompt =
        static_cast<std::uint64_t>(std::int64_t{row} * options.prompts / options.rows);
    requests.push_back({random_tokens(vocab, options.prompt_tokens, prompt),
                        core::CounterRng::of({"bench diverge", std::to_string(row)})});
  }
  return requests;
}

Sampled sample(policy::LocalPolicy& policy,
               const std::vector<policy::SampleRequest>& requests,
               const config::SamplingOptions& options,
               std::size_t batch) {
  Sampled sampled;
  sampled.completions.resize(requests.size());
  const core::Stopwatch watch;
  for (std::size_t begin = 0; begin < requests.size(); begin += batch) {
    const std::size_t end = std::min(requests.size(), begin + batch);
    const std::vector<policy::SampleRequest> some(
        requests.begin() + static_cast<std::ptrdiff_t>(begin),
        requests.begin() + static_cast<std::ptrdiff_t>(end));
    policy.sample(some, options, [&](std::size_t i, policy::Completion completion) {
      sampled.completions[begin + i] = std::move(completion);
    });
  }
  sampled.elapsed_s = watch.elapsed_s();
  return sampled;
}

core::Json compare(const Sampled& one, const Sampled& whole, std::size_t batch) {
  int differ = 0;
  double largest = 0, sum = 0;
  std::int64_t compared = 0;
  for (std::size_t i = 0; i < one.completions.size(); ++i) {
    const policy::Completion &a = one.completions[i], &b = whole.completions[i];
    differ += a.tokens != b.tokens ? 1 : 0;
    for (std::size_t t = 0; t < std::min(a.tokens.size(), b.tokens.size()); ++t) {
      if (a.tokens[t] != b.tokens[t]) break;
      const double difference = std::abs(static_cast<double>(a.logprobs[t]) - b.logprobs[t]);
      largest = std::max(largest, difference);
      sum += difference;
      ++compared;
    }
  }
  return {{"batch", batch},
          {"rollouts", one.completions.size()},
          {"rollouts_that_differ", differ},
          {"largest_logprob_difference", largest},
          {"mean_logprob_difference", compared > 0 ? sum / static_cast<double>(compared) : 0.0},
          {"tokens_compared", compared},
          {"elapsed_s", one.elapsed_s}};
}

core::Json measure_mode(policy::LocalPolicy& policy,
                        const std::vector<policy::SampleRequest>& requests,
                        config::SamplingOptions options,
                        bool invariant) {
  options.batch_invariant = invariant;
  const std::size_t all = requests.size();
  sample(policy, requests, options, all);  // compiles, records graphs
  const Sampled whole = sample(policy, requests, options, all);
  core::Json batches = core::Json::array();
  batches.push_back(compare(sample(policy, requests, options, all), whole, all));
  for (const std::size_t batch : {std::size_t{32}, std::size_t{1}}) {
    if (batch >= all) continue;
    const auto first = [&](std::size_t n) {
      const auto end = requests.begin() + static_cast<std::ptrdiff_t>(std::min(n, all));
      return std::vector<policy::SampleRequest>(requests.begin(), end);
    };
    sample(policy, first(batch), options, batch);  // its graphs
    batches.push_back(
        compare(sample(policy, first(kMostCalls * batch), options, batch), whole, batch));
  }
  return {{"batch_invariant", invariant}, {"batches", batches}};
}

}  // namespace

core::Json measure_divergence(policy::LocalPolicy& policy, const DivergenceOptions& options) {
  config::SamplingOptions sampling;
  sampling.temperature = 1;
  sampling.max_new_tokens = options.new_tokens;
  sampling.slots = options.rows;
  const auto requests = requests_of(policy.model()->config.vocab, options);
  core::Json result = {{"model", policy.name()},
                       {"dtype", at::toString(policy.model()->compute)},
                       {"rows", options.rows},
                       {"prompts", options.prompts},
                       {"prompt_tokens", options.prompt_tokens},
                       {"new_tokens", options.new_tokens}};
  result["modes"] = {measure_mode(policy, requests, sampling, false),
                     measure_mode(policy, requests, sampling, true)};
  return result;
}

void print_divergence(const core::Json& r) {
  std::cout << fmt::format(
      "{}, {}: rollouts of {} tokens against the same ones in one batch of {}\n",
      r["model"].get<std::string>(),
      r["dtype"].get<std::string>(),
      r["new_tokens"].get<int>(),
      r["rows"].get<int>());
  for (const core::Json& mode : r["modes"]) {
    std::cout << (mode["batch_invariant"].get<bool>() ? "batch-invariant\n" : "as usual\n");
    for (const core::Json& one : mode["batches"])
      std::cout << fmt::format(
          "  {:>4} at a time: {:>4} of {} differ, log-probabilities by {:.5f} at most, {:.6f} on "
          "average; "
          "{:.2f} s\n",
          one["batch"].get<int>(),
          one["rollouts_that_differ"].get<int>(),
          one["rollouts"].get<int>(),
          one["largest_logprob_difference"].get<double>(),
          one["mean_logprob_difference"].get<double>(),
          one["elapsed_s"].get<double>());
  }
}

}  // namespace vegttt::cli
