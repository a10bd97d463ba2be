#include "spawner.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace vegttt::evaluate {
namespace {

class Spawner {
 public:
  Spawner() {
    std::thread([this] { serve(); }).detach();
  }

  void run(const std::function<void()>& work) {
    const std::lock_guard one_at_a_time(callers_);
    std::unique_lock lock(mutex_);
    work_ = &work;
    changed_.notify_all();
    changed_.wait(lock, [&] { return work_ == nullptr; });
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return work_ != nullptr; });
      try {
        (*work_)();
      } catch (...) {
        failure_ = std::current_exception();
      }
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_, mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  std::exception_ptr failure_;
};

}  // namespace

void on_spawner_thread(const std::function<void()>& work) {
  static Spawner* const spawner =
      new Spawner;  // never destroyed: its thread uses it until the process ends
  spawner->run(work);
}

}  // namespace vegttt::evaluate
