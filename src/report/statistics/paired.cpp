#include "vegttt/report/statistics/paired.h"

#include <cmath>

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

// Of the units that both have, in the order of the tasks.
std::vector<Stratum> samples_by_task(const std::map<Unit, Stratum>& units,
                                     const std::map<Unit, Stratum>& other) {
  std::map<std::string, Stratum> tasks;
  for (const auto& [unit, counts] : units) {
    if (other.count(unit) == 0) continue;
    tasks[unit.first].k += counts.k;
    tasks[unit.first].n += counts.n;
  }
  std::vector<Stratum> strata;
  for (const auto& [task, counts] : tasks) strata.push_back(less_certain(counts));
  return strata;
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

const char* name_of(GivenTasks::From from) {
  switch (from) {
    case GivenTasks::From::kSeeds:
      return "sample seeds";
    case GivenTasks::From::kSamples:
      return "samples";
    case GivenTasks::From::kNothing:
      return "-";
  }
  return "";
}

GivenTasks given_these_tasks(const PairedComparison& paired,
                             const std::map<Unit, Stratum>& a,
                             const std::map<Unit, Stratum>& b) {
  using From = GivenTasks::From;
  if (paired.by_seed.size() > 1) return {From::kSeeds, paired.over_seeds.p};
  const auto of_a = samples_by_task(a, b), of_b = samples_by_task(b, a);
  if (of_a.empty()) return {From::kNothing, std::nan("")};
  return {From::kSamples, stratified_p(of_a, of_b)};
}

Verdict verdict_of(const PairedComparison& paired, double p_given_tasks) {
  const bool sure = p_given_tasks < 0.05;  // false for NaN
  if (paired.tasks < kFewestTasks && !sure) return Verdict::kUnclear;
  return verdict_of(paired.difference.interval);
}

Verdict verdict_of(const PairedComparison& paired) {
  return verdict_of(paired, paired.over_seeds.p);
}

}  // namespace vegttt::report
