#include "compile_ahead.h"

#include <utility>

namespace vegttt::evaluate {

CompileAhead::CompileAhead(std::vector<const records::Candidate*> wanted,
                           int threads,
                           Compile compile)
    : wanted_(std::move(wanted)), compile_(std::move(compile)) {
  for (const records::Candidate* candidate : wanted_) ++entries_[candidate->hash].uses;
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

CompileAhead::~CompileAhead() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
}

std::shared_ptr<const DeviceCompileResult> CompileAhead::take(const records::Candidate& candidate) {
  std::unique_lock lock(mutex_);
  const auto found = entries_.find(candidate.hash);
  changed_.wait(lock, [&] { return failure_ || found->second.result; });
  if (failure_) std::rethrow_exception(failure_);
  std::shared_ptr<const DeviceCompileResult> result = found->second.result;
  if (--found->second.uses == 0) entries_.erase(found);
  ++taken_;
  lock.unlock();
  changed_.notify_all();
  return result;
}

const records::Candidate* CompileAhead::next() {
  while (next_ < wanted_.size() && next_ < taken_ + kLead) {
    const records::Candidate* candidate = wanted_[next_++];
    const auto found = entries_.find(candidate->hash);  // none: an equal one, all uses over
    if (found != entries_.end() && !std::exchange(found->second.begun, true)) return candidate;
  }
  return nullptr;
}

void CompileAhead::work() {
  std::unique_lock lock(mutex_);
  while (!over_ && !failure_ && next_ < wanted_.size()) {
    const records::Candidate* candidate = next();
    if (candidate == nullptr) {
      changed_.wait(lock);
      continue;
    }
    lock.unlock();
    std::shared_ptr<const DeviceCompileResult> result;
    std::exception_ptr failure;
    try {
      result = std::make_shared<const DeviceCompileResult>(compile_(*candidate));
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure)
      failure_ = failure;
    else
      entries_.at(candidate->hash).result = std::move(result);
    changed_.notify_all();
  }
}

}  // namespace vegttt::evaluate
