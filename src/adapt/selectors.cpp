#include "selectors.h"

#include <algorithm>

#include "diagnostics.h"
#include "vegttt/core/rng.h"

namespace vegttt::adapt {
namespace {

using records::JudgedRollout;
using Judged = std::vector<const JudgedRollout*>;

bool correct(const JudgedRollout& one) { return records::is_trusted(one.evaluation.status); }

Judged correct_of(const Judged& judged) {
  Judged found;
  for (const auto* one : judged) {
    if (correct(*one)) found.push_back(one);
  }
  return found;
}

const JudgedRollout* fastest(const Judged& judged) {
  const JudgedRollout* best = nullptr;
  for (const auto* one : judged) {
    if (!correct(*one)) continue;
    if (best == nullptr || one->evaluation.speedup() > best->evaluation.speedup()) best = one;
  }
  return best;
}

// Highest mean log-prob first; ties go to the earlier sample.
Judged by_confidence(Judged judged) {
  std::stable_sort(judged.begin(), judged.end(), [](const auto* a, const auto* b) {
    return mean_logprob(a->rollout) > mean_logprob(b->rollout);
  });
  return judged;
}

int count(const Judged& judged) { return static_cast<int>(judged.size()); }

Pick measured_best(const Judged& judged, std::uint64_t) { return {fastest(judged), count(judged)}; }

Pick random_correct(const Judged& judged, std::uint64_t seed) {
  const auto found = correct_of(judged);
  if (found.empty()) return {nullptr, count(judged)};
  const auto place = core::CounterRng::of({"random_correct", std::to_string(seed)})
                         .below(0, static_cast<std::int64_t>(found.size()));
  return {found[static_cast<std::size_t>(place)], count(judged)};
}

Pick confidence(const Judged& judged, std::uint64_t) {
  const auto found = by_confidence(correct_of(judged));
  return {found.empty() ? nullptr : found.front(), count(judged)};
}

Pick surprisal(const Judged& judged, std::uint64_t) {
  const auto found = by_confidence(correct_of(judged));
  return {found.empty() ? nullptr : found.back(), count(judged)};
}

Pick surprisal_top3(const Judged& judged, std::uint64_t) {
  auto found = by_confidence(correct_of(judged));
  const auto few = std::min<std::size_t>(3, found.size());
  return {fastest({found.end() - static_cast<long>(few), found.end()}), count(judged)};
}

Selector likeliest_top(int m) {
  return {"likeliest_top" + std::to_string(m), [m](const Judged& judged, std::uint64_t) -> Pick {
            auto found = by_confidence(judged);
            found.resize(std::min(static_cast<std::size_t>(m), found.size()));
            return {fastest(found), count(found)};
          }};
}

}  // namespace

std::vector<Selector> selectors(int top) {
  std::vector<Selector> list;
  if (top > 0)
    list = {likeliest_top(top)};
  else
    list = {{"measured_best", measured_best},
            {"random_correct", random_correct},
            {"confidence", confidence},
            {"surprisal", surprisal},
            {"surprisal_top3", surprisal_top3}};
  for (const int m : {1, 4, 16}) {
    if (top == 0 || m < top) list.push_back(likeliest_top(m));
  }
  return list;
}

std::vector<const records::Rollout*> likeliest(std::vector<const records::Rollout*> rollouts,
                                               std::size_t m) {
  std::stable_sort(rollouts.begin(), rollouts.end(), [](const auto* a, const auto* b) {
    return mean_logprob(*a) > mean_logprob(*b);
  });
  rollouts.resize(std::min(m, rollouts.size()));
  return rollouts;
}

}  // namespace vegttt::adapt
