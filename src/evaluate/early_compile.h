// Compiles candidates as they are sampled, on threads of its own, while others still decode. A
// judge takes what is there or is begun, and compiles the rest itself.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "vegttt/records/candidate.h"

namespace vegttt::evaluate {

template <class Result>
class EarlyCompile {
 public:
  using Compile = std::function<Result(const records::Candidate&)>;
  // Threads begin with the first candidate.
  EarlyCompile(int threads, Compile compile)
      : most_threads_(threads), compile_(std::move(compile)) {}
  ~EarlyCompile() {
    {
      const std::lock_guard lock(mutex_);
      waiting_.clear();
      over_ = true;
    }
    changed_.notify_all();
  }
  EarlyCompile(const EarlyCompile&) = delete;
  EarlyCompile& operator=(const EarlyCompile&) = delete;

  // Returns at once. Equal sources are compiled once.
  void begin(records::Candidate candidate) {
    const std::lock_guard lock(mutex_);
    if (!entries_.try_emplace(candidate.hash).second) return;
    waiting_.push_back(std::move(candidate));
    if (static_cast<int>(threads_.size()) < most_threads_)
      threads_.emplace_back([this] { work(); });
    changed_.notify_all();
  }

  // Of an equal source that was begun, waiting for its end; nullopt when none was. What `compile`
  // threw is thrown here.
  std::optional<Result> take(const records::Candidate& candidate) {
    std::unique_lock lock(mutex_);
    const auto found = entries_.find(candidate.hash);
    if (found == entries_.end()) return std::nullopt;
    changed_.wait(lock, [&] { return found->second.result || found->second.failure; });
    if (found->second.failure) std::rethrow_exception(found->second.failure);
    return *found->second.result;
  }

  // What nobody has taken is not wanted any more; waits for what runs, so that nothing compiles
  // beside a measurement.
  void forget() {
    std::unique_lock lock(mutex_);
    waiting_.clear();
    changed_.wait(lock, [&] { return running_ == 0; });
    entries_.clear();
  }

 private:
  struct Entry {
    std::optional<Result> result;
    std::exception_ptr failure;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return over_ || !waiting_.empty(); });
      if (over_) return;
      const records::Candidate candidate = std::move(waiting_.front());
      waiting_.pop_front();
      ++running_;
      lock.unlock();
      Entry entry;
      try {
        entry.result = compile_(candidate);
      } catch (...) {
        entry.failure = std::current_exception();
      }
      lock.lock();
      entries_[candidate.hash] = std::move(entry);
      --running_;
      changed_.notify_all();
    }
  }

  int most_threads_;
  Compile compile_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  int running_ = 0;
  std::deque<records::Candidate> waiting_;
  std::map<std::string, Entry> entries_;  // by hash
  std::vector<std::jthread> threads_;     // last: they end before the rest does
};

}  // namespace vegttt::evaluate
