#pragma once

#include <vector>

#include "vegttt/report/statistics/bootstrap.h"

namespace vegttt::report {

// Unbiased estimate of the probability that at least one of k samples succeeds, from c successes
// among n: 1 - C(n - c, k) / C(n, k) (Chen et al. 2021). NaN for k > n.
double pass_at_k(int c, int n, int k);
// From Wilson's interval of the rate p: 1 - (1 - p)^k is monotone in p.
Interval pass_at_k_interval(int c, int n, int k);
// Mean over tasks, which all have at least k samples. Tasks are drawn anew for the interval, each
// with its unbiased estimate, which carries the chance of its samples along. Samples are not drawn
// anew: of those drawn with repetition, up to a third would be missing, and the chance that one of
// k succeeds would come out too low for k near n.
BootstrapResult mean_pass_at_k(const std::vector<Stratum>& tasks,
                               int k,
                               const BootstrapOptions& options = {});

}  // namespace vegttt::report
