// A policy of two layers that learns on two cores in milliseconds.
#pragma once

#include <algorithm>
#include <memory>

#include "policy/tiny_model.h"
#include "vegttt/learn/local_learner.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::learn {

using policy::LocalPolicy;

inline std::shared_ptr<LocalPolicy> tiny_policy() {
  auto model =
      std::make_shared<policy::Transformer>(policy::load_transformer(policy::tiny_folder()));
  config::LoraOptions lora;
  lora.rank = 4, lora.alpha = 8;
  auto adapter = std::make_shared<policy::Adapter>(policy::new_adapter(model->weights, lora, 3));
  std::shared_ptr<policy::Tokenizer> tokenizer =
      policy::parse_tokenizer(policy::train_bpe({"abc"}, 257, {}).dump(), "test");
  policy::ChatFormat chat;
  chat.end_tokens = {3, 5};
  return std::make_shared<LocalPolicy>("tiny", model, tokenizer, chat, adapter);
}

inline config::SamplingOptions sampling_options() {
  config::SamplingOptions options;
  options.temperature = 0.8;
  options.max_new_tokens = 12;
  return options;
}

inline config::LearnOptions learn_options() {
  config::LearnOptions options;
  options.learning_rate = 1e-2;
  return options;
}

// Two tasks of four samples; the reward is the share of even tokens.
inline Batch sample_batch(LocalPolicy& policy, const config::SamplingOptions& options, int step) {
  Batch batch;
  std::vector<policy::SampleRequest> requests;
  for (int i = 0; i < 8; ++i) {
    records::Rollout rollout;
    rollout.key.task_id = i < 4 ? "a" : "b";
    rollout.prompt_tokens = i < 4 ? std::vector<int>{7, 8, 9, 10} : std::vector<int>{20, 21};
    requests.push_back({rollout.prompt_tokens,
                        core::CounterRng::of({"test", std::to_string(step), std::to_string(i)})});
    batch.rollouts.push_back(rollout);
  }
  policy.sample(requests, options, [&](std::size_t i, policy::Completion completion) {
    auto& rollout = batch.rollouts[i];
    for (const int token : completion.tokens)
      rollout.reward += (token % 2 == 0) / static_cast<double>(completion.tokens.size());
    rollout.completion_tokens = completion.tokens;
    rollout.logprobs = completion.logprobs;
  });
  batch.usable.assign(8, true);
  const auto advantages = advantages_of(batch.rollouts, batch.usable, config::LearnOptions{});
  for (std::size_t i = 0; i < 8; ++i) batch.rollouts[i].advantage = advantages.advantages[i];
  return batch;
}

inline double largest_difference(const policy::Adapter& a, const policy::Adapter& b) {
  double largest = 0;
  for (const auto& [path, pair] : a.pairs) {
    largest =
        std::max(largest, policy::largest_difference(pair.a.detach(), b.pairs.at(path).a.detach()));
    largest =
        std::max(largest, policy::largest_difference(pair.b.detach(), b.pairs.at(path).b.detach()));
  }
  return largest;
}

}  // namespace vegttt::learn
