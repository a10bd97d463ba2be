#include "sampling/workers.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <omp.h>

#include <exception>
#include <thread>

namespace vegttt::policy {
namespace {

// Finished completions on their way to the calling thread.
class Mailbox {
 public:
  explicit Mailbox(int workers) : running_(workers) {}

  void put(std::size_t request, Completion completion) {
    const std::lock_guard lock(mutex_);
    letters_.emplace_back(request, std::move(completion));
    changed_.notify_one();
  }
  void leave(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (error && !error_) error_ = error;
    --running_;
    changed_.notify_one();
  }
  // Hands out letters until every worker has left.
  void deliver(const Engine::Done& done) {
    std::unique_lock lock(mutex_);
    while (running_ > 0 || !letters_.empty()) {
      changed_.wait(lock, [&] { return running_ == 0 || !letters_.empty(); });
      while (!letters_.empty()) {
        auto [request, completion] = std::move(letters_.front());
        letters_.pop_front();
        lock.unlock();
        done(request, std::move(completion));
        lock.lock();
      }
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::size_t, Completion>> letters_;
  std::exception_ptr error_;
  int running_;
};

// ATen and our kernels then run in the calling thread alone.
void use_one_thread() {
  at::get_num_threads();  // ATen sets this thread's number once, at its first question
  omp_set_num_threads(1);
}

struct JoinAll {
  RequestQueue& queue;
  std::vector<std::thread> threads;
  ~JoinAll() {
    queue.call_off();  // does nothing after a full run; ends the workers when `done` threw
    for (auto& thread : threads) thread.join();
  }
};

}  // namespace

void sample_with_workers(const Transformer& model,
                         const std::vector<SampleRequest>& requests,
                         const config::SamplingOptions& options,
                         const std::vector<int>& end_tokens,
                         int workers,
                         const Engine::Done& done) {
  RequestQueue queue(requests);
  Mailbox mailbox(workers);
  const int slots = (options.slots + workers - 1) / workers;
  auto work = [&] {
    std::exception_ptr error;
    try {
      const at::NoGradGuard no_gradients;
      use_one_thread();
      Engine(model, requests, options, end_tokens, slots)
          .run(queue, [&](std::size_t i, Completion c) { mailbox.put(i, std::move(c)); });
    } catch (...) {
      error = std::current_exception();
      queue.call_off();
    }
    mailbox.leave(error);
  };
  {
    JoinAll threads{queue, {}};
    for (int i = 0; i < workers; ++i) threads.threads.emplace_back(work);
    mailbox.deliver(done);
  }
  mailbox.rethrow();
}

}  // namespace vegttt::policy
