// Continuous batching: slots that each decode one request; a finished slot takes the next request
// of the queue.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sampling/kv_cache.h"
#include "sampling/request_queue.h"
#include "vegttt/policy/policy.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

class Engine {
 public:
  using Done = std::function<void(std::size_t, Completion)>;
  // All references must outlive the engine.
  Engine(const Transformer& model,
         const std::vector<SampleRequest>& requests,
         const config::SamplingOptions& options,
         const std::vector<int>& end_tokens,
         int slots);
  // Until the queue is empty or called off.
  void run(RequestQueue& queue, const Done& done);

 private:
  // A request in its slot. Its last token is not in the cache yet.
  struct Sequence {
    std::size_t request = 0;
    int slot = 0;
    Completion completion;
  };

  void fill(RequestQueue& queue);
  std::shared_ptr<const Prompt> read(const std::vector<int>& tokens);
  void start(std::size_t request, const Prompt& prompt);
  void step();
  void append(Sequence& sequence, const float* logits) const;
  void retire(const Done& done);
  bool is_end(int token) const;

  const Transformer& model_;
  const std::vector<SampleRequest>& requests_;
  const config::SamplingOptions& options_;
  const std::vector<int>& end_tokens_;
  std::unique_ptr<KvCache> cache_;
  std::vector<int> free_;
  std::vector<Sequence> active_;
};

}  // namespace vegttt::policy
