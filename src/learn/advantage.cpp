// Advantages: rewards minus a baseline, over the samples of one task (group) or of the whole step.
// No clipping of outliers, no length normalisation.
#include <algorithm>
#include <cmath>
#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/learn/update.h"

namespace vegttt::learn {
namespace {

constexpr double kGroupEpsilon = 1e-4;  // TRL's
constexpr double kGlobalFloor = 1e-6;   // the paper's code

struct Moments {
  double mean = 0, deviation = 0;  // deviation over n - 1
  std::size_t count = 0;
  bool flat = true;
};

using Indices = std::vector<std::size_t>;

Moments moments_of(const std::vector<records::Rollout>& rollouts, const Indices& indices) {
  Moments m;
  m.count = indices.size();
  for (const std::size_t i : indices) m.mean += rollouts[i].reward / static_cast<double>(m.count);
  double squares = 0;
  for (const std::size_t i : indices) {
    squares += std::pow(rollouts[i].reward - m.mean, 2);
    m.flat &= rollouts[i].reward ==
              rollouts[indices[0]].reward;  // exact: a rounded mean must not look like spread
  }
  if (m.count > 1) m.deviation = std::sqrt(squares / static_cast<double>(m.count - 1));
  return m;
}

double group_advantage(double reward, const Moments& m, const std::string& kind) {
  if (m.flat) return 0;
  if (kind == "group_std") return (reward - m.mean) / (m.deviation + kGroupEpsilon);
  const double n = static_cast<double>(m.count);
  if (kind == "leave_one_out")
    return (reward - m.mean) * n / (n - 1);  // = reward - mean of the others
  return reward - m.mean;
}

void add_shares(const std::vector<records::Rollout>& rollouts, AdvantageResult& result) {
  double total = 0;
  for (std::size_t i = 0; i < rollouts.size(); ++i) {
    const double size = std::abs(result.advantages[i]);
    result.share_by_task[rollouts[i].key.task_id] += size;
    total += size;
  }
  for (auto& [task, share] : result.share_by_task) share = total > 0 ? share / total : 0;
}

void check_kind(const std::string& kind) {
  const std::vector<std::string> known{"group", "group_std", "global_std", "leave_one_out", "none"};
  if (std::find(known.begin(), known.end(), kind) != known.end()) return;
  throw core::UserError("'" + kind + "' is not an advantage (" + core::join(known, ", ") + ")",
                        "learn.advantage");
}

}  // namespace

AdvantageResult advantages_of(const std::vector<records::Rollout>& rollouts,
                              const std::vector<bool>& usable,
                              const std::string& kind) {
  check_kind(kind);
  VEGTTT_ASSERT(usable.size() == rollouts.size(), "one flag per rollout");
  AdvantageResult result;
  result.advantages.assign(rollouts.size(), 0);
  std::map<std::string, Indices> groups;
  Indices all;
  for (std::size_t i = 0; i < rollouts.size(); ++i) {
    if (!usable[i] || std::isnan(rollouts[i].reward)) continue;
    groups[rollouts[i].key.task_id].push_back(i);
    all.push_back(i);
  }
  const Moments step = moments_of(rollouts, all);
  for (const auto& [task, indices] : groups) {
    const Moments group = moments_of(rollouts, indices);
    ++result.groups;
    result.flat_groups += group.flat;
    for (const std::size_t i : indices) {
      const double reward = rollouts[i].reward;
      double& advantage = result.advantages[i];
      if (kind == "none")
        advantage = reward;
      else if (kind == "global_std")
        advantage = step.flat ? 0 : (reward - step.mean) / std::max(step.deviation, kGlobalFloor);
      else
        advantage = group_advantage(reward, group, kind);
    }
  }
  add_shares(rollouts, result);
  return result;
}

}  // namespace vegttt::learn
