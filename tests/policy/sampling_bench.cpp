// Sampling speed: sampling_bench [slots] [requests] [new tokens] [prompt tokens] [model folder].
// Without a folder, random weights of the starter's shape.
#include <cstdio>
#include <cstdlib>

#include "vegttt/core/clock.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/tokenizer.h"

using namespace vegttt;

int main(int argc, char** argv) {
  auto number = [&](int i, int fallback) { return argc > i ? std::atoi(argv[i]) : fallback; };
  config::SamplingOptions options;
  options.slots = number(1, 32);
  options.max_new_tokens = number(3, 128);
  policy::ModelConfig config;
  config.layers = 6, config.hidden = 384, config.heads = 6, config.kv_heads = 2,
  config.head_dim = 64, config.ffn = 1024;
  config.vocab = 2048, config.tied = true;
  auto model = argc > 5 ? policy::load_transformer(argv[5]) : policy::random_transformer(config, 1);
  auto shared = std::make_shared<policy::Transformer>(model);
  auto adapter = std::make_shared<policy::Adapter>(policy::new_adapter(shared->weights, {}, 1));
  std::shared_ptr<policy::Tokenizer> tokenizer =
      policy::parse_tokenizer(policy::train_bpe({"abc"}, 260, {}).dump(), "bench");
  policy::LocalPolicy policy("bench", shared, tokenizer, {}, adapter);
  std::vector<policy::SampleRequest> requests;
  for (int i = 0; i < number(2, 64); ++i) {
    requests.push_back({std::vector<int>(static_cast<std::size_t>(number(4, 512)), 65 + i / 32),
                        core::CounterRng(static_cast<std::uint64_t>(i))});
  }
  std::size_t tokens = 0;
  const core::Stopwatch watch;
  policy.sample(requests, options, [&](std::size_t, policy::Completion completion) {
    tokens += completion.tokens.size();
  });
  std::printf("%zu tokens in %.2f s: %.0f tokens/s (%d slots)\n",
              tokens,
              watch.elapsed_s(),
              tokens / watch.elapsed_s(),
              options.slots);
}
