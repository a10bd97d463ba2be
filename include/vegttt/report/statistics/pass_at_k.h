#pragma once

#include <vector>

#include "vegttt/report/statistics/bootstrap.h"

namespace vegttt::report {

// Unbiased estimate of the probability that at least one of k samples succeeds, from c successes
// among n: 1 - C(n - c, k) / C(n, k) (Chen et al. 2021). NaN for k > n.
double pass_at_k(int c, int n, int k);
// From Wilson's interval of the rate p: 1 - (1 - p)^k is monotone in p.
Interval pass_at_k_interval(int c, int n, int k);
// Mean over tasks, which all have samples; tasks and their samples are drawn anew for the interval.
BootstrapResult mean_pass_at_k(const std::vector<Stratum>& tasks,
                               int k,
                               const BootstrapOptions& options = {});

}  // namespace vegttt::report
