// Advantages: rewards against a baseline, over the rollouts of one group or of the whole step. No
// length normalisation.
#include <algorithm>
#include <cmath>
#include <map>

#include "entropic.h"
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

Moments moments_of(const std::vector<double>& rewards) {
  Moments m;
  m.count = rewards.size();
  for (const double reward : rewards) m.mean += reward / static_cast<double>(m.count);
  double squares = 0;
  for (const double reward : rewards) {
    squares += std::pow(reward - m.mean, 2);
    m.flat &= reward == rewards[0];  // exact: a rounded mean must not look like spread
  }
  if (m.count > 1) m.deviation = std::sqrt(squares / static_cast<double>(m.count - 1));
  return m;
}

// A group as the options see it; `step` are all rewards of the step together.
struct Group {
  std::vector<double> rewards;
  Moments own, step;
};

std::vector<double> entropic(const Group& group, const config::LearnOptions& options) {
  const bool constant = options.advantage == "entropic_constant";
  return entropic_advantages(group.rewards,
                             constant ? options.entropic_beta : entropic_beta(group.rewards));
}

double advantage_of(double reward, const Group& group, const std::string& kind) {
  const double centred = reward - group.own.mean, n = static_cast<double>(group.own.count);
  if (kind == "group_std") return centred / (group.own.deviation + kGroupEpsilon);
  if (kind == "batch_std") return centred / (group.step.deviation + kGroupEpsilon);
  if (kind == "mean_ratio") return group.own.mean > 0 ? centred / group.own.mean : 0;
  if (kind == "leave_one_out") return centred * n / (n - 1);  // = reward - mean of the others
  return centred;
}

std::vector<double> advantages_of_group(const Group& group, const config::LearnOptions& options) {
  const std::string& kind = options.advantage;
  if (kind == "none") return group.rewards;
  std::vector<double> advantages(group.rewards.size(), 0);
  const bool global = kind == "global_std";
  if (global ? group.step.flat : group.own.flat) return advantages;
  if (kind == "entropic" || kind == "entropic_constant") return entropic(group, options);
  for (std::size_t i = 0; i < advantages.size(); ++i) {
    const double reward = group.rewards[i];
    advantages[i] = global
                        ? (reward - group.step.mean) / std::max(group.step.deviation, kGlobalFloor)
                        : advantage_of(reward, group, kind);
  }
  return advantages;
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

void clip(AdvantageResult& result, double limit) {
  for (double& advantage : result.advantages) {
    result.largest = std::max(result.largest, std::abs(advantage));
    if (limit > 0) advantage = std::clamp(advantage, -limit, limit);
  }
}

void check_kind(const std::string& kind) {
  const std::vector<std::string> known{"group",
                                       "group_std",
                                       "batch_std",
                                       "global_std",
                                       "leave_one_out",
                                       "mean_ratio",
                                       "entropic",
                                       "entropic_constant",
                                       "none"};
  if (std::find(known.begin(), known.end(), kind) != known.end()) return;
  throw core::UserError("'" + kind + "' is not an advantage (" + core::join(known, ", ") + ")",
                        "learn.advantage");
}

}  // namespace

AdvantageResult advantages_of(const std::vector<records::Rollout>& rollouts,
                              const std::vector<bool>& usable,
                              const config::LearnOptions& options) {
  check_kind(options.advantage);
  VEGTTT_ASSERT(usable.size() == rollouts.size(), "one flag per rollout");
  AdvantageResult result;
  result.advantages.assign(rollouts.size(), 0);
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
  std::vector<double> all;
  for (std::size_t i = 0; i < rollouts.size(); ++i) {
    if (!usable[i] || std::isnan(rollouts[i].reward)) continue;
    groups[{rollouts[i].key.task_id, rollouts[i].prompt_hash}].push_back(i);
    all.push_back(rollouts[i].reward);
  }
  const Moments step = moments_of(all);
  for (const auto& [name, indices] : groups) {
    Group group;
    for (const std::size_t i : indices) group.rewards.push_back(rollouts[i].reward);
    group.own = moments_of(group.rewards);
    group.step = step;
    ++result.groups;
    result.flat_groups += group.own.flat;
    result.flat_by_task[name.first] += group.own.flat;
    const auto advantages = advantages_of_group(group, options);
    for (std::size_t i = 0; i < indices.size(); ++i) result.advantages[indices[i]] = advantages[i];
  }
  clip(result, options.advantage_clip);
  add_shares(rollouts, result);
  return result;
}

}  // namespace vegttt::learn
