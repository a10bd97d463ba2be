#include "vegttt/evaluate/reward.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "timing_stats.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

constexpr std::size_t kWindow = 32;
constexpr double kSmallest = 1e-9;  // the paper's eps

const std::vector<std::string> kKinds = {
    "log_speedup", "speedup", "fast", "correct", "shuffled", "inverse_runtime"};
const std::vector<std::string> kNormalizers = {
    "none", "frozen_median", "rank", "running_median_32"};

bool rewarded(const Evaluation& e) {
  return e.status == Status::kFast || e.status == Status::kSlow;
}

void check_name(const std::string& name, const std::vector<std::string>& known, const char* key) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw core::UserError("unknown value '" + name + "'" + core::did_you_mean(name, known),
                        key,
                        "one of " + core::join(known, ", "));
}

std::map<std::string, std::vector<std::size_t>> scored_by_task(
    const std::vector<Evaluation>& evaluations) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < evaluations.size(); ++i)
    if (evaluations[i].status != Status::kUnscored) groups[evaluations[i].task_id].push_back(i);
  return groups;
}

// By place: the share of the task's correct evaluations in this batch that are at most as fast;
// equals share the mean of their ranks.
std::vector<double> ranks_of(const std::vector<Evaluation>& evaluations) {
  std::vector<double> ranks(evaluations.size(), 0);
  for (const auto& [task, places] : scored_by_task(evaluations)) {
    for (const std::size_t i : places) {
      double correct = 0, slower = 0, equal = 0;
      for (const std::size_t j : places) {
        if (!rewarded(evaluations[j])) continue;
        ++correct;
        slower += evaluations[j].speedup() < evaluations[i].speedup();
        equal += evaluations[j].speedup() == evaluations[i].speedup();
      }
      if (rewarded(evaluations[i])) ranks[i] = (slower + (equal + 1) / 2) / correct;
    }
  }
  return ranks;
}

// Fisher-Yates within each task, by counter: the same seed deals the same way on every machine.
void shuffle_within_tasks(std::vector<double>& rewards,
                          const std::vector<Evaluation>& evaluations,
                          std::uint64_t seed) {
  for (const auto& [task, places] : scored_by_task(evaluations)) {
    const core::CounterRng rng =
        core::CounterRng::of({"shuffled_reward", std::to_string(seed), task});
    for (std::size_t i = places.size(); i > 1; --i)
      std::swap(
          rewards[places[i - 1]],
          rewards[places[static_cast<std::size_t>(rng.below(i, static_cast<std::int64_t>(i)))]]);
  }
}

}  // namespace

RewardModel::RewardModel(const config::RewardOptions& options) : options_(options) {
  check_name(options.kind, kKinds, "reward.kind");
  check_name(options.normalizer, kNormalizers, "reward.normalizer");
}

double RewardModel::divisor(const Evaluation& e) const {
  if (options_.normalizer == "frozen_median") {
    const auto found = frozen_.find(e.task_id);
    return found == frozen_.end() ? 1.0 : std::max(found->second, kSmallest);
  }
  const auto found = history_.find(e.task_id);
  return found == history_.end() || found->second.empty()
             ? 1.0
             : std::max(median(found->second), kSmallest);
}

double RewardModel::value(const Evaluation& e, double rank) const {
  if (!rewarded(e)) return 0;
  if (options_.kind == "correct") return 1 + options_.correct_bonus;
  if (options_.kind == "fast") return (e.fast_1 ? 1 : 0) + options_.correct_bonus;
  if (options_.kind == "inverse_runtime")
    return options_.correct_bonus + (e.timing && e.timing->candidate_median_us > 0
                                         ? options_.runtime_scale_us / e.timing->candidate_median_us
                                         : 0);
  const double s = options_.normalizer == "rank"
                       ? rank
                       : std::min(std::max(0.0, e.speedup()) / divisor(e), options_.cap);
  return options_.correct_bonus + (options_.kind == "speedup" ? s : std::log2(1 + s));
}

void RewardModel::freeze(const std::vector<Evaluation>& evaluations) {
  std::map<std::string, std::vector<double>> speedups;
  for (const Evaluation& e : evaluations)
    if (rewarded(e)) speedups[e.task_id].push_back(e.speedup());
  for (const auto& [task, values] : speedups) frozen_.try_emplace(task, median(values));
}

void RewardModel::remember(const Evaluation& e) {
  if (!rewarded(e)) return;
  std::vector<double>& values = history_[e.task_id];
  values.push_back(e.speedup());
  if (values.size() > kWindow) values.erase(values.begin());
}

std::vector<double> RewardModel::rewards(const std::vector<Evaluation>& evaluations,
                                         std::uint64_t shuffle_seed) {
  if (options_.normalizer == "frozen_median") freeze(evaluations);
  const auto ranks = ranks_of(evaluations);
  std::vector<double> rewards;
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    const Evaluation& e = evaluations[i];
    rewards.push_back(e.status == Status::kUnscored ? std::numeric_limits<double>::quiet_NaN()
                                                    : value(e, ranks[i]));
    if (options_.normalizer == "running_median_32") remember(e);
  }
  if (options_.kind == "shuffled") shuffle_within_tasks(rewards, evaluations, shuffle_seed);
  return rewards;
}

core::Json RewardModel::state() const {
  core::Json state = {{"normalizer", options_.normalizer},
                      {"history", core::Json::object()},
                      {"frozen", core::Json::object()}};
  for (const auto& [task, values] : history_) state["history"][task] = values;
  for (const auto& [task, value] : frozen_) state["frozen"][task] = value;
  return state;
}

void RewardModel::restore(const core::Json& state) {
  const std::string normalizer = core::get<std::string>(state, "normalizer", "reward state");
  if (normalizer != options_.normalizer)
    throw core::UserError("the stored state belongs to normalizer '" + normalizer + "'",
                          "reward.normalizer",
                          "keep the normalizer of the run that is continued");
  history_ =
      core::get<std::map<std::string, std::vector<double>>>(state, "history", "reward state");
  frozen_ = core::get<std::map<std::string, double>>(state, "frozen", "reward state");
}

}  // namespace vegttt::evaluate
