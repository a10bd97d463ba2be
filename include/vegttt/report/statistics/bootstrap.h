// Percentile bootstrap whose units are tasks: samples and seeds of one task share its difficulty,
// and are no independent evidence about other tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vegttt/report/statistics/intervals.h"

namespace vegttt::report {

struct BootstrapOptions {
  int draws = 10000;
  double level = 0.95;
  std::uint64_t seed = 1;
  // Draws values within a drawn cluster too: both tasks and samples are chance.
  bool within_clusters = false;
};

struct BootstrapResult {
  double value = 0;  // of the data as they are
  Interval interval;
  double share_above_zero = 0;  // of the draws; ties count half
};

// Of the mean over clusters of the mean of a cluster's values. Clusters without values are left
// out; without any, everything is NaN. Up to six clusters are drawn in every possible way instead
// of by chance. The same options give the same numbers on every machine.
BootstrapResult clustered_bootstrap(const std::vector<std::vector<double>>& clusters,
                                    const BootstrapOptions& options = {});

}  // namespace vegttt::report
