#include "sampling/request_queue.h"

#include <map>

namespace vegttt::policy {

RequestQueue::RequestQueue(const std::vector<SampleRequest>& requests) {
  std::map<std::vector<int>, std::size_t> group_of;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto [found, fresh] = group_of.emplace(requests[i].prompt, groups_.size());
    if (fresh) groups_.push_back({&requests[i].prompt, {}, false, nullptr});
    groups_[found->second].waiting.push_back(i);
  }
}

RequestQueue::Work RequestQueue::take_now() {
  using Kind = Work::Kind;
  if (called_off_) return {};
  Kind left = Kind::kNothing;
  for (Group& group : groups_) {
    if (group.waiting.empty()) continue;
    left = Kind::kLater;
    if (!group.prompt) continue;
    Work work{Kind::kStart, group.waiting.front(), 0, group.prompt, nullptr};
    group.waiting.pop_front();
    if (group.waiting.empty()) group.prompt.reset();  // its slots keep what they need
    return work;
  }
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].claimed) continue;
    groups_[i].claimed = true;
    return {Kind::kRead, 0, i, nullptr, groups_[i].tokens};
  }
  return {left, 0, 0, nullptr, nullptr};
}

RequestQueue::Work RequestQueue::take(bool patient) {
  std::unique_lock lock(mutex_);
  while (true) {
    Work work = take_now();
    if (!patient || work.kind != Work::Kind::kLater) return work;
    changed_.wait(lock);
  }
}

void RequestQueue::publish(std::size_t group, std::shared_ptr<const Prompt> prompt) {
  const std::lock_guard lock(mutex_);
  groups_[group].prompt = std::move(prompt);
  changed_.notify_all();
}

void RequestQueue::call_off() {
  const std::lock_guard lock(mutex_);
  called_off_ = true;
  changed_.notify_all();
}

bool RequestQueue::called_off() const {
  const std::lock_guard lock(mutex_);
  return called_off_;
}

}  // namespace vegttt::policy
