// Compiles candidates on threads of its own while a judge takes them one by one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "device_compiler.h"

namespace vegttt::evaluate {

// Equal sources are compiled once; a result is kept until the last of them was taken. At most
// kLead candidates are compiled before they are wanted, which bounds memory.
class CompileAhead {
 public:
  using Compile = std::function<DeviceCompileResult(const records::Candidate&)>;
  static constexpr std::size_t kLead = 512;

  // `wanted`: in the order of `take`; they must outlive this.
  CompileAhead(std::vector<const records::Candidate*> wanted, int threads, Compile compile);
  ~CompileAhead();
  // Waits. Called once for each of `wanted`, in that order. What `compile` threw is thrown here.
  std::shared_ptr<const DeviceCompileResult> take(const records::Candidate& candidate);

 private:
  struct Entry {
    std::size_t uses = 0;  // left
    std::shared_ptr<const DeviceCompileResult> result;
    bool begun = false;
  };
  void work();
  // Under the lock: the next source that nobody has begun, nullptr when there is none now.
  const records::Candidate* next();

  std::vector<const records::Candidate*> wanted_;
  Compile compile_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0, taken_ = 0;
  bool over_ = false;
  std::map<std::string, Entry> entries_;  // by hash
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: they end before the rest does
};

}  // namespace vegttt::evaluate
