// Continuous batching: a fixed number of slots, each decoding one request; a finished slot takes the next request.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sampling/kv_cache.h"
#include "vegttt/policy/policy.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

class Engine {
 public:
  Engine(const Transformer& model, const config::SamplingOptions& options, std::vector<int> end_tokens);
  void run(const std::vector<SampleRequest>& requests, const std::function<void(std::size_t, Completion)>& done);

 private:
  // A request in its slot. Its last token is not in the cache yet.
  struct Sequence {
    std::size_t request = 0;
    int slot = 0;
    Completion completion;
  };
  // A prompt that was read, with the logits of the first new token.
  struct Prompt {
    std::vector<int> tokens;
    std::shared_ptr<PromptKeys> keys;
    at::Tensor logits;  // float32 on the CPU
  };

  void read_prompt(const std::vector<int>& tokens);
  void start(const SampleRequest& request, std::size_t index, int slot);
  void step(const std::vector<SampleRequest>& requests);
  void append(Sequence& sequence, const SampleRequest& request, const float* logits) const;
  bool finished(const Sequence& sequence) const;

  const Transformer& model_;
  const config::SamplingOptions& options_;
  std::vector<int> end_tokens_;
  std::unique_ptr<KvCache> cache_;
  Prompt prompt_;
  std::vector<Sequence> active_;
};

}  // namespace vegttt::policy
