// Intervals of rates.
#pragma once

#include <vector>

namespace vegttt::report {

struct Interval {
  double low = 0, high = 0;
  bool holds(double value) const { return low <= value && value <= high; }
};

// 95 % interval of a rate by Wilson's score method; [0, 1] for n = 0. It treats samples as
// independent, which samples of one task are only given the task: it says nothing about other
// tasks.
Interval wilson(int k, int n);

// k of n samples of one task.
struct Stratum {
  int k = 0, n = 0;
};
// Agresti and Caffo: a success and a failure more, so that all of a few samples is not taken for
// certain. For comparisons.
Stratum less_certain(const Stratum& counts);

// The unweighted mean of the tasks' rates with the standard error of samples drawn anew from the
// same tasks: smaller than the pooled one, since tasks differ. A task where all or none succeeded
// adds nothing, which is too certain for small n.
struct StratifiedRate {
  double rate = 0, standard_error = 0;
  Interval interval;  // 95 %, normal, cut at 0 and 1
};
StratifiedRate stratified(const std::vector<Stratum>& tasks);
// Two-sided p of equal means of the same tasks under two policies; 1 where there is no variance.
double stratified_p(const std::vector<Stratum>& a, const std::vector<Stratum>& b);

}  // namespace vegttt::report
