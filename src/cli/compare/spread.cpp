#include "compare/spread.h"

#include <cmath>
#include <limits>

namespace vegttt::cli {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

report::Interval around(double centre, double half) { return {centre - half, centre + half}; }

// Agresti and Caffo: a success and a failure are added to each task's samples, so that "all of 6"
// is not taken for certain.
double rate(const report::Stratum& counts) { return (counts.k + 1.0) / (counts.n + 2.0); }
double variance(const report::Stratum& counts) {
  return rate(counts) * (1 - rate(counts)) / (counts.n + 2.0);
}

using ByUnit = std::map<report::Unit, report::Stratum>;

std::map<std::string, report::Stratum> pooled(const ByUnit& units, const ByUnit& other) {
  std::map<std::string, report::Stratum> tasks;
  for (const auto& [unit, counts] : units) {
    if (other.count(unit) == 0) continue;
    tasks[unit.first].k += counts.k;
    tasks[unit.first].n += counts.n;
  }
  return tasks;
}

report::Interval within_tasks(const ByUnit& a, const ByUnit& b) {
  double difference = 0, variances = 0;
  const auto tasks_a = pooled(a, b), tasks_b = pooled(b, a);
  for (const auto& [task, counts] : tasks_a) {
    difference += rate(tasks_b.at(task)) - rate(counts);
    variances += variance(counts) + variance(tasks_b.at(task));
  }
  const auto n = static_cast<double>(tasks_a.size());
  return around(difference / n, 1.96 * std::sqrt(variances) / n);
}

}  // namespace

double student_quantile(int degrees) {
  static const double quantiles[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                     2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                     2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                     2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees < 1) return kNaN;
  if (degrees <= 30) return quantiles[degrees - 1];
  return 1.96 * (1 + 1.21 / degrees);  // within 0.1 % from 30 on
}

const char* text_of(Basis basis) {
  switch (basis) {
    case Basis::kTasks:
      return "tasks";
    case Basis::kSeeds:
      return "sample seeds";
    case Basis::kSamples:
      return "samples";
    case Basis::kNone:
      return "-";
  }
  return "";
}

Spread spread_of(const report::PairedComparison& difference, const ByUnit& a, const ByUnit& b) {
  const double value = difference.difference.value;
  if (difference.tasks >= kFewTasks) return {difference.difference.interval, Basis::kTasks};
  const int seeds = static_cast<int>(difference.by_seed.size());
  if (seeds > 1)
    return {
        around(value, student_quantile(seeds - 1) * difference.std_over_seeds / std::sqrt(seeds)),
        Basis::kSeeds};
  if (!a.empty() && !b.empty()) return {within_tasks(a, b), Basis::kSamples};
  return {{kNaN, kNaN}, Basis::kNone};
}

}  // namespace vegttt::cli
