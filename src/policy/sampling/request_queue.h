// Requests that wait for a slot, grouped by prompt, so that each prompt is read once, by whichever
// worker asks first.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "sampling/kv_cache.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

// A prompt that was read, with the logits of the first new token (float32, CPU).
struct Prompt {
  std::shared_ptr<const PromptKeys> keys;
  at::Tensor logits;
};

// Thread-safe.
class RequestQueue {
 public:
  explicit RequestQueue(const std::vector<SampleRequest>& requests);

  struct Work {
    enum class Kind {
      kStart,    // continue `prompt` with request `request`
      kRead,     // read `tokens`, then publish it as `group`
      kLater,    // others are reading what is left
      kNothing,  // no request is left, or the work was called off
    } kind = Kind::kNothing;
    std::size_t request = 0, group = 0;
    std::shared_ptr<const Prompt> prompt;
    const std::vector<int>* tokens = nullptr;
  };
  // `patient`: waits instead of returning kLater.
  Work take(bool patient);
  void publish(std::size_t group, std::shared_ptr<const Prompt> prompt);
  void call_off();
  bool called_off() const;

 private:
  struct Group {
    const std::vector<int>* tokens = nullptr;
    std::deque<std::size_t> waiting;
    bool claimed = false;
    std::shared_ptr<const Prompt> prompt;
  };
  Work take_now();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Group> groups_;
  bool called_off_ = false;
};

}  // namespace vegttt::policy
