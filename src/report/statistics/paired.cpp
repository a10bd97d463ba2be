#include "vegttt/report/statistics/paired.h"

#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

void count_tasks(PairedComparison& result) {
  for (const auto& [task, difference] : result.by_task) {
    result.tasks_better += difference > 0;
    result.tasks_worse += difference < 0;
    result.tasks_equal += difference == 0;
  }
  result.tasks = static_cast<int>(result.by_task.size());
  result.sign_p = sign_test(result.tasks_better, result.tasks_worse);
}

}  // namespace

PairedComparison compare_paired(const ByUnit& a, const ByUnit& b, const BootstrapOptions& options) {
  PairedComparison result;
  std::map<std::string, std::vector<double>> tasks;
  std::map<std::int64_t, std::vector<double>> seeds;
  for (const auto& [unit, value] : a) {
    const auto other = b.find(unit);
    if (other == b.end()) continue;
    ++result.pairs;
    tasks[unit.first].push_back(value - other->second);
    seeds[unit.second].push_back(value - other->second);
  }
  result.unpaired = static_cast<int>(a.size() + b.size()) - 2 * result.pairs;
  std::vector<std::vector<double>> clusters;
  for (const auto& [task, differences] : tasks) {
    clusters.push_back(differences);
    result.by_task[task] = mean(differences);
  }
  std::vector<double> seed_means;
  for (const auto& [seed, differences] : seeds) {
    result.by_seed[seed] = mean(differences);
    seed_means.push_back(result.by_seed[seed]);
  }
  result.difference = clustered_bootstrap(clusters, options);
  result.std_over_seeds = sample_std(seed_means);
  result.over_seeds = paired_t(seed_means);
  count_tasks(result);
  return result;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kUnclear:
      return "unclear";
  }
  return "";
}

Verdict verdict_of(const Interval& difference) {
  if (difference.low > 0) return Verdict::kBetter;
  if (difference.high < 0) return Verdict::kWorse;
  return Verdict::kUnclear;
}

Verdict verdict_of(const PairedComparison& paired) {
  const bool seeds_agree = paired.over_seeds.p < 0.05;  // false for NaN
  if (paired.tasks < kFewestTasks && !seeds_agree) return Verdict::kUnclear;
  return verdict_of(paired.difference.interval);
}

}  // namespace vegttt::report
