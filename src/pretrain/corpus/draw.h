// Random choices of the corpus generator: a sequential stream per sample, so that sample i is a
// function of (seed, i).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "vegttt/core/rng.h"

namespace vegttt::pretrain {

class Draw {
 public:
  explicit Draw(core::CounterRng rng) : stream_(rng) {}

  std::int64_t below(std::int64_t n) { return stream_.below(n); }
  // lo .. hi, both included.
  std::int64_t between(std::int64_t lo, std::int64_t hi) { return lo + below(hi - lo + 1); }
  bool chance(double p) { return stream_.uniform() < p; }

  template <class T>
  const T& pick(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(below(static_cast<std::int64_t>(choices.size())))];
  }
  std::string pick(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(static_cast<std::int64_t>(choices.size())));
  }
  // Index into `weights`, in proportion to them.
  std::size_t weighted(const std::vector<double>& weights);

 private:
  core::RandomStream stream_;
};

}  // namespace vegttt::pretrain
