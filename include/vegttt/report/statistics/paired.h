// Two methods on the same tasks and sample seeds.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vegttt/report/statistics/bootstrap.h"
#include "vegttt/report/statistics/intervals.h"
#include "vegttt/report/statistics/tests.h"

namespace vegttt::report {

using Unit = std::pair<std::string, std::int64_t>;  // task, sample seed
using ByUnit = std::map<Unit, double>;

// a - b over the units that both have.
struct PairedComparison {
  int tasks = 0, pairs = 0;
  int unpaired = 0;            // units that only one of them has: left out
  BootstrapResult difference;  // mean over tasks of the mean over seeds, clustered by task
  int tasks_better = 0, tasks_worse = 0, tasks_equal = 0;  // by the mean over seeds
  double sign_p = 1;                                       // sign test over tasks
  std::map<std::string, double> by_task;
  std::map<std::int64_t, double> by_seed;  // mean over tasks
  double std_over_seeds = 0;               // n - 1; NaN for one seed
  TestResult
      over_seeds;  // t test of the seeds' means: about these tasks, not others; NaN for one seed
};
PairedComparison compare_paired(const ByUnit& a,
                                const ByUnit& b,
                                const BootstrapOptions& options = {});

enum class Verdict { kBetter, kWorse, kUnclear };
const char* name_of(Verdict verdict);  // "better", "worse", "unclear"
// Better or worse only where the interval leaves zero out.
Verdict verdict_of(const Interval& difference);
// p of no difference given these tasks, and what it was found from.
struct GivenTasks {
  enum class From { kSeeds, kSamples, kNothing } from = From::kNothing;
  double p = 0;  // NaN for kNothing: one value per task, no noise is known
};
const char* name_of(GivenTasks::From from);  // "sample seeds", "samples", "-"
// By the t test of the seeds' means; of one seed by the samples of the units that both have, where
// the values are rates of such.
GivenTasks given_these_tasks(const PairedComparison& paired,
                             const std::map<Unit, Stratum>& a = {},
                             const std::map<Unit, Stratum>& b = {});

// The one rule of every table and of `vegttt compare`. With few tasks the bootstrap leaves zero out
// as soon as all have one sign, which of three tasks happens by chance in every fourth case: then
// the difference must be sure given these tasks as well (p < .05).
inline constexpr int kFewestTasks = 10;
Verdict verdict_of(const PairedComparison& paired, double p_given_tasks);
Verdict verdict_of(const PairedComparison& paired);  // by its seeds

}  // namespace vegttt::report
