// vegttt policy generate: completions with their tokens and log-probabilities.
#include <iostream>

#include "policy_options.h"
#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/json.h"
#include "vegttt/core/log.h"

namespace vegttt::cli {
namespace {

class PolicyGenerate : public Subcommand {
 public:
  void add(CLI::App& app) override {
    flags_.add(app);
    options_.samples_per_task = 1;
    app.add_option("--prompt", prompt_, "text file: what the user says")->required();
    app.add_option("--system", system_, "text file: the system text");
    app.add_option("--samples", options_.samples_per_task, "completions")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--temperature", options_.temperature, "0 takes the likeliest token")
        ->capture_default_str();
    app.add_option("--top-p", options_.top_p, "nucleus mass")->capture_default_str();
    app.add_option("--top-k", options_.top_k, "0 is off")->capture_default_str();
    app.add_option("--min-p", options_.min_p, "0 is off")->capture_default_str();
    app.add_option("--max-new-tokens", options_.max_new_tokens, "longest completion")
        ->capture_default_str();
    app.add_option("--seed", seed_, "sample i of a seed is always the same")->capture_default_str();
    app.add_option("--out", out_, "JSON file to write instead of the texts on stdout");
  }

  core::ExitCode run(const CommonOptions& common) override {
    const auto policy = flags_.load(common);
    const auto prompt = policy->encode_prompt(system_.empty() ? "" : core::read_file(system_),
                                              core::read_file(prompt_));
    std::vector<policy::SampleRequest> requests;
    for (int i = 0; i < options_.samples_per_task; ++i) {
      requests.push_back(
          {prompt, core::CounterRng::of({"generate", std::to_string(seed_), std::to_string(i)})});
    }
    std::vector<policy::Completion> completions(requests.size());
    std::size_t tokens = 0;
    const core::Stopwatch watch;
    policy->sample(requests, options_, [&](std::size_t i, policy::Completion completion) {
      tokens += completion.tokens.size();
      completions[i] = std::move(completion);
    });
    core::info(std::to_string(tokens) + " tokens, " +
               std::to_string(static_cast<int>(static_cast<double>(tokens) / watch.elapsed_s())) +
               " per second");
    write(*policy, prompt, completions, common.json);
    return core::ExitCode::kDone;
  }

 private:
  void write(const policy::LocalPolicy& policy,
             const std::vector<int>& prompt,
             const std::vector<policy::Completion>& completions,
             bool json) const {
    core::Json list = core::Json::array();
    for (const auto& completion : completions) {
      list.push_back({{"text", policy.decode_completion(completion.tokens)},
                      {"tokens", completion.tokens},
                      {"logprobs", completion.logprobs},
                      {"finish_reason", completion.truncated ? "length" : "stop"}});
    }
    const core::Json result = {{"prompt_tokens", prompt},
                               {"seed", seed_},
                               {"temperature", options_.temperature},
                               {"completions", list}};
    if (!out_.empty())
      core::write_file_atomically(out_, core::dump_json(result, 1) + "\n");
    else if (json)
      std::cout << core::dump_json(result) << "\n";
    else
      for (const auto& completion : list)
        std::cout << completion["text"].get<std::string>() << "\n";
  }

  PolicyFlags flags_;
  config::SamplingOptions options_;
  std::string prompt_, system_, out_;
  std::int64_t seed_ = 0;
};

}  // namespace

std::unique_ptr<Subcommand> make_policy_generate() { return std::make_unique<PolicyGenerate>(); }

}  // namespace vegttt::cli
